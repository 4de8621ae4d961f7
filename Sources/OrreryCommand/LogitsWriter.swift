import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor

/// Writes a model's logits and hidden states under the names that references made with transformers have: input_ids,
/// logits, hidden.<i>.
///
/// Sequences are computed one after the other, each in pieces through a cache, while the file is written, so that the
/// logits are never in memory whole. That the numbers do not depend on these cuts is promised in docs/architecture.md
/// and tested.
///
/// B sequences, T positions, V vocabulary, D width, L layers.
package struct LogitsWriter {
    package let model: any TokenModel
    /// For each sequence the text that the decoder reads, where the model is one that does.
    private let sources: [[SourceMemory]]
    package let sequences: [[Int32]]
    package let computeType: ElementType
    package let cacheType: CacheType
    /// What is added to the model's matrices; nil for nothing.
    package let adapter: Adapter?
    package let writesHidden: Bool
    /// Tokens by which each sequence is continued greedily.
    package let continued: Int
    private static let piece = 256

    package init(
        model: any TokenModel, attendingTo sources: [[SourceMemory]] = [], sequences: [[Int32]],
        computeType: ElementType,
        cacheType: CacheType? = nil, adapter: Adapter? = nil, writesHidden: Bool, continued: Int = 0
    ) {
        (self.model, self.sources, self.adapter) = (model, sources, adapter)
        (self.sequences, self.computeType, self.writesHidden) = (sequences, computeType, writesHidden)
        (self.continued, self.cacheType) = (continued, cacheType ?? CacheType(computeType))
    }

    package var length: Int { sequences[0].count }

    package var names: [String] {
        ["input_ids", "logits"] + (continued > 0 ? ["greedy"] : [])
            + (writesHidden ? (0 ... model.shape.layers).map { "hidden.\($0)" } : [])
    }

    /// Whether a file is one that `write` makes, by the names of its tensors.
    package static func isOutput(_ path: String) -> Bool {
        guard let file = try? SafetensorsFile(path: path), file.tensors["input_ids"] != nil,
            file.tensors["logits"] != nil
        else { return false }
        return file.tensors.keys.allSatisfy {
            ["input_ids", "logits", "greedy"].contains($0) || $0.hasPrefix("hidden.")
        }
    }

    /// - Returns: where the first logit is that is NaN or +inf, which no model in order gives; nil where there is none.
    @discardableResult
    package func write(to path: String) throws -> (sequence: Int, position: Int)? {
        try InferenceMemory(
            model, type: computeType, cacheType: cacheType, positions: length + continued,
            piece: continued > 0 ? max(Self.piece, length) : Self.piece
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
                    try forward(ids, makeState(b, capacity: ids.count), hidden) { logits in
                        if broken == nil, let place = logits.firstIndex(where: { !($0 < .infinity) }) {
                            broken = (b, position + place / shape.vocabularySize)
                        }
                        position += logits.count / shape.vocabularySize
                        try logits.withUnsafeBytes { try sink($0) }
                    }
                }
            },
        ]
        if continued > 0 {
            tensors.append(
                SafetensorsTensor(name: "greedy", dtype: .int32, shape: [B, T + continued]) { sink in
                    for (b, ids) in sequences.enumerated() {
                        try continuation(ids, makeState(b, capacity: ids.count + continued)).withUnsafeBytes {
                            try sink($0)
                        }
                    }
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
    private func continuation(_ ids: [Int32], _ state: any SequenceState) -> [Int32] {
        var ids = ids
        for _ in 0 ..< continued {
            model.rewind(state, ifStretchedBy: ids.count)
            let row = model.logits(
                Batch(Array(ids[state.count...]), continuing: state).adapted(by: adapter),
                ForwardContext(computeType: computeType)
            ).floats
            ids.append(Int32(row.indices.max { row[$0] < row[$1] }!))
        }
        return ids
    }

    private func makeState(_ sequence: Int, capacity: Int) -> any SequenceState {
        guard let model = model as? any EncoderDecoder else {
            return model.makeState(capacity: capacity, type: cacheType)
        }
        return model.makeState(attendingTo: sources[sequence], capacity: capacity, type: cacheType)
    }

    private func forward(
        _ ids: [Int32], _ state: any SequenceState, _ hidden: HiddenStates, _ receive: ([Float]) throws -> Void
    ) throws {
        while state.count < ids.count {
            let piece = Array(ids[state.count...].prefix(Self.piece))
            let batch = Batch(piece, continuing: state, sequenceLength: ids.count, outputs: .all).adapted(by: adapter)
            try receive(
                model.logits(batch, ForwardContext(computeType: computeType, taps: writesHidden ? hidden : nil)).floats)
        }
    }
}

/// Collects the residual stream as transformers numbers it: before the first layer, after each but the last, after the
/// final norm.
private final class HiddenStates: Taps {
    private let layers: Int
    var values: [[Float]]

    init(layers: Int) {
        self.layers = layers
        values = Array(repeating: [], count: layers + 1)
    }

    private func index(_ site: TapSite) -> Int? {
        switch (site.point, site.stack) {
        case (.residualPre, .decoderOnly), (.residualPre, .decoder): site.layer
        case (.finalNormOut, .decoderOnly), (.finalNormOut, .decoder): layers
        default: nil
        }
    }

    func interest(in site: TapSite) -> TapInterest { index(site) == nil ? .none : .read }

    func visit(_ tensor: Tensor, at site: TapSite) -> Tensor? {
        if let index = index(site) { values[index] += tensor.floats }
        return nil
    }
}
