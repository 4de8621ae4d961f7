import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor

/// Writes a model's logits and hidden states under the names that references made with transformers have: input_ids, logits, hidden.<i>.
///
/// Sequences are computed one after the other, each in pieces through a cache, while the file is written, so that the logits are never
/// in memory whole. That the numbers do not depend on these cuts is promised in docs/architecture.md and tested.
///
/// B sequences, T positions, V vocabulary, D width, L layers.
package struct LogitsWriter {
    /// One for all sequences, or one for each: a decoder that reads another text.
    private let models: [any LanguageModel]
    package let sequences: [[Int32]]
    package let computeType: ElementType
    package let cacheType: CacheType
    package let writesHidden: Bool
    /// Tokens by which each sequence is continued greedily.
    package let continued: Int
    private static let piece = 256

    package init(
        model: any LanguageModel, sequences: [[Int32]], computeType: ElementType, cacheType: CacheType? = nil, writesHidden: Bool, continued: Int = 0
    ) {
        self.init(
            models: [model], sequences: sequences, computeType: computeType, cacheType: cacheType, writesHidden: writesHidden, continued: continued)
    }

    /// - Parameters:
    ///   - models: one, or as many as sequences.
    ///   - cacheType: in which keys and values are kept; nil: that of the computation.
    package init(
        models: [any LanguageModel], sequences: [[Int32]], computeType: ElementType, cacheType: CacheType? = nil, writesHidden: Bool, continued: Int = 0
    ) {
        (self.models, self.sequences, self.computeType, self.writesHidden) = (models, sequences, computeType, writesHidden)
        (self.continued, self.cacheType) = (continued, cacheType ?? CacheType(computeType))
    }

    package var model: any LanguageModel { models[0] }

    package var length: Int { sequences[0].count }

    package var names: [String] { ["input_ids", "logits"] + (continued > 0 ? ["greedy"] : []) + (writesHidden ? (0 ... model.shape.layers).map { "hidden.\($0)" } : []) }

    /// Whether a file is one that `write` makes, by the names of its tensors.
    package static func isOutput(_ path: String) -> Bool {
        guard let file = try? SafetensorsFile(path: path), file.tensors["input_ids"] != nil, file.tensors["logits"] != nil else { return false }
        return file.tensors.keys.allSatisfy { ["input_ids", "logits", "greedy"].contains($0) || $0.hasPrefix("hidden.") }
    }

    /// - Returns: where the first logit is that is NaN or +inf, which no model in order gives; nil where there is none.
    @discardableResult
    package func write(to path: String) throws -> (sequence: Int, position: Int)? {
        try InferenceMemory(
            model, type: computeType, cacheType: cacheType, positions: length + continued, piece: continued > 0 ? max(Self.piece, length) : Self.piece
        ).check("the model", shorter: "number of ids")
        let (B, T, shape) = (sequences.count, length, model.shape)
        let hidden = HiddenStates(layers: shape.layers)
        var broken: (sequence: Int, position: Int)?
        var tensors = [
            SafetensorsTensor(name: "input_ids", dtype: .int32, shape: [B, T]) { sink in
                for ids in sequences { try ids.withUnsafeBytes { try sink($0) } }
            },
            SafetensorsTensor(name: "logits", dtype: .float32, shape: [B, T, shape.vocabularySize]) { sink in
                for (b, ids) in sequences.enumerated() {
                    var position = 0
                    try forward(ids, models[b % models.count], hidden) { logits in
                        if broken == nil, let place = logits.firstIndex(where: { !($0 < .infinity) }) { broken = (b, position + place / shape.vocabularySize) }
                        position += logits.count / shape.vocabularySize
                        try logits.withUnsafeBytes { try sink($0) }
                    }
                }
            },
        ]
        if continued > 0 {
            tensors.append(SafetensorsTensor(name: "greedy", dtype: .int32, shape: [B, T + continued]) { sink in
                for (b, ids) in sequences.enumerated() { try continuation(ids, models[b % models.count]).withUnsafeBytes { try sink($0) } }
            })
        }
        // Their turn comes after the logits', which leaves them here.
        if writesHidden {
            tensors += (0 ... shape.layers).map { index in
                SafetensorsTensor(name: "hidden.\(index)", dtype: .float32, shape: [B, T, shape.width]) { sink in
                    try hidden.values[index].withUnsafeBytes { try sink($0) }
                }
            }
        }
        try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: path)
        return broken
    }

    /// `ids` and the tokens that the model finds likeliest after them, one at a time.
    private func continuation(_ ids: [Int32], _ model: any LanguageModel) -> [Int32] {
        let cache = model.makeCache(capacity: ids.count + continued, type: cacheType)
        var ids = ids
        for _ in 0 ..< continued {
            let new = Array(ids[cache.count...])
            let row = model.logits(new, batch: 1, ForwardContext(computeType: computeType, cache: cache, lastOnly: true)).floats
            cache.advance(by: new.count)
            ids.append(Int32(row.indices.max { row[$0] < row[$1] }!))
        }
        return ids
    }

    private func forward(_ ids: [Int32], _ model: any LanguageModel, _ hidden: HiddenStates, _ receive: ([Float]) throws -> Void) throws {
        let cache = model.makeCache(capacity: ids.count, type: cacheType)
        while cache.count < ids.count {
            let piece = Array(ids[cache.count...].prefix(Self.piece))
            let logits = model.logits(
                piece, batch: 1, ForwardContext(computeType: computeType, cache: cache, taps: writesHidden ? hidden : nil, sequenceLength: ids.count))
            cache.advance(by: piece.count)
            try receive(logits.floats)
        }
    }
}

/// Collects the residual stream as transformers numbers it: before the first layer, after each but the last, after the final norm.
private final class HiddenStates: Taps {
    private let layers: Int
    var values: [[Float]]

    init(layers: Int) {
        self.layers = layers
        values = Array(repeating: [], count: layers + 1)
    }

    private func index(_ point: TapPoint, _ layer: Int) -> Int? {
        switch point {
        case .residualPre: layer
        case .finalNorm: layers
        default: nil
        }
    }

    func interest(in point: TapPoint, layer: Int) -> TapInterest { index(point, layer) == nil ? .none : .read }

    func visit(_ tensor: Tensor, at point: TapPoint, layer: Int) -> Tensor? {
        if let index = index(point, layer) { values[index] += tensor.floats }
        return nil
    }
}
