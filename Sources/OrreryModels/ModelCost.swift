import Kernels
import OrreryTensor

/// What one token costs a model: bytes that must come from memory and multiply-adds.
package struct ModelCost: Sendable, Hashable {
    /// Bytes of weights that a decoding step reads, of experts the share that is chosen.
    package let weightBytes: Int
    /// Bytes of one layer's keys and values at one position.
    private let keyValueBytes: Int
    /// How far each layer looks back.
    private let windows: [Int?]
    /// Operations, a multiply-add being two, without attention.
    package let operations: Double

    /// - Parameters:
    ///   - type: in which products are computed where weights are floats.
    ///   - cacheType: in which keys and values are kept.
    package init(_ model: any TokenModel, type: ElementType, cacheType: CacheType) {
        var bytes = 0.0, operations = 0.0
        let isTied = model.isTied
        for parameter in model.parameters where parameter.isMatrix {
            // Of a table of embeddings one row is read, unless it is the output layer too.
            if parameter === model.tokenEmbedding, !isTied { continue }
            let share = parameter.shape.count == 3 ? model.expertShare : 1
            operations += 2 * Double(parameter.count) * share
            bytes +=
                Double(
                    parameter.isPacked ? parameter.count * type.size : parameter.blocks.reduce(0) { $0 + $1.byteCount })
                * share
        }
        weightBytes = Int(bytes)
        self.operations = operations
        let shape = model.shape
        keyValueBytes = 2 * shape.keyValueHeads * cacheType.byteCount(headSize: shape.headSize)
        windows = (0 ..< shape.layers).map(model.slidingWindow)
    }

    /// Bytes of keys and values that a decoding step reads after so many positions.
    package func keyValueBytes(positions: Int) -> Int {
        windows.reduce(0) { $0 + min($1 ?? positions, positions) * keyValueBytes }
    }
}

extension TokenModel {
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
