import Kernels
import OrreryTensor

/// What one token costs a model: bytes that must come from memory and multiply-adds.
package struct ModelCost: Sendable, Hashable {
    /// Weights that a token is multiplied with.
    package struct Weights: Sendable, Hashable {
        /// The bytes that a decoding step reads, of experts the share that is chosen.
        package fileprivate(set) var bytes = 0.0
        /// Operations, a multiply-add being two.
        package fileprivate(set) var operations = 0.0
    }

    /// The weights of each layer.
    package let layers: [Weights]
    /// The weights outside of layers: the output layer's.
    package let output: Weights
    /// Bytes of a token's row in the table of embeddings.
    package let embeddingRowBytes: Int
    /// Bytes of one layer's keys and values at one position.
    private let keyValueBytes: Int
    /// How far each layer looks back.
    private let windows: [Int?]

    /// - Parameters:
    ///   - type: in which products are computed where weights are floats.
    ///   - cacheType: in which keys and values are kept.
    package init(_ model: any TokenModel, type: ElementType, cacheType: CacheType) {
        func bytes(_ parameter: Parameter) -> Int {
            parameter.isPacked ? parameter.count * type.size : parameter.blocks.reduce(0) { $0 + $1.byteCount }
        }
        var layers = [Weights](repeating: Weights(), count: model.shape.layers), output = Weights()
        let isTied = model.isTied
        for parameter in model.parameters where parameter.isMatrix {
            // Of a table of embeddings one row is read, unless it is the output layer too.
            if parameter === model.tokenEmbedding, !isTied { continue }
            let share = parameter.shape.count == 3 ? model.expertShare : 1
            func add(to weights: inout Weights) {
                weights.operations += 2 * Double(parameter.count) * share
                weights.bytes += Double(bytes(parameter)) * share
            }
            if let layer = parameter.layer, layers.indices.contains(layer) {
                add(to: &layers[layer])
            } else {
                add(to: &output)
            }
        }
        (self.layers, self.output) = (layers, output)
        embeddingRowBytes = bytes(model.tokenEmbedding) / max(1, model.shape.vocabularySize)
        let shape = model.shape
        keyValueBytes = 2 * shape.keyValueHeads * cacheType.byteCount(headSize: shape.headSize)
        windows = (0 ..< shape.layers).map(model.slidingWindow)
    }

    /// Bytes of weights that a decoding step reads, of experts the share that is chosen.
    package var weightBytes: Int { Int(layers.reduce(output.bytes) { $0 + $1.bytes }) }
    /// Operations of a token, a multiply-add being two, without attention.
    package var operations: Double { layers.reduce(output.operations) { $0 + $1.operations } }

    /// Bytes of keys and values that a decoding step reads after so many positions.
    package func keyValueBytes(positions: Int) -> Int {
        windows.indices.reduce(0) { $0 + keyValueBytes(layer: $1, positions: positions) }
    }

    /// The same of one layer.
    package func keyValueBytes(layer: Int, positions: Int) -> Int {
        min(windows[layer] ?? positions, positions) * keyValueBytes
    }
}

extension Parameter {
    /// The number of its layer, the first number in its name: `model.layers.3.mlp.up_proj.weight`.
    fileprivate var layer: Int? { name.split(separator: ".").lazy.compactMap { Int($0) }.first }
}

extension TokenModel {
    /// The most operations a second, in 10⁹, of what most products compute with: bytes next to weights in blocks, and
    /// float32 next to floats of a file that are not bfloat16.
    package func measuredPeak(_ type: ElementType, _ processor: Processor, seconds: Double) -> Double {
        let formats = parameters.flatMap { $0.blocks.map(\.format) }
        if formats.contains(where: { !$0.isFloat }) { return processor.measuredBytePeak(seconds: seconds) }
        return processor.measuredPeak(
            formats.allSatisfy { $0 == .bfloat16 } ? type : .float32, seconds: seconds)
    }

    /// Whether the table of embeddings is the output layer too: no other matrix has a row for each token.
    fileprivate var isTied: Bool {
        !parameters.contains {
            $0 !== tokenEmbedding && $0.shape.first == shape.vocabularySize && $0.shape.last == shape.width
        }
    }

    /// Of a stack of experts the share that one token uses.
    fileprivate var expertShare: Double {
        guard let all = configuration["num_local_experts"]?.number ?? configuration["num_experts"]?.number, all > 0,
            let used = configuration["num_experts_per_tok"]?.number
        else { return 1 }
        return used / all
    }
}
