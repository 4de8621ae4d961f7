import Kernels
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// Drafts the next tokens of texts with a smaller model of the same vocabulary (arXiv:2211.17192).
///
/// The small model chooses by the options and the random numbers of the text, so that where the two models agree the
/// draft is what the large one chooses. A draft is accepted as far as it is: the text is the same without.
final class DraftModel {
    /// With more texts in progress a pass has rows enough.
    static let mostTexts = 4

    private let model: TextModel
    private let configuration: EngineConfiguration
    private let processor: Processor
    private let cacheType: CacheType
    /// What it has read of each text, by the text's number.
    private var readings: [Int: Reading] = [:]
    /// The seconds of a pass of the model that it guesses for, lately.
    private var passSeconds = 0.0

    private struct Reading {
        let state: any SequenceState
        var tokens: [TokenID] = []
    }

    /// A text that is drafted.
    private struct Draft {
        let sequence: EngineSequence
        let limit: Int
        var tokens: [TokenID] = []
        var isOpen = true
    }

    /// - Throws: `EngineError` for a model with another vocabulary.
    init(
        _ draft: TextModel, for model: TextModel, _ configuration: EngineConfiguration, _ processor: Processor
    ) throws {
        if let difference = draft.vocabularyDifference(from: model) {
            throw EngineError.setting(
                "`draftModel`", "\(draft.name), which has \(difference)",
                expected: "a model with the vocabulary of \(model.name), \(model.tokenizer.vocabularySize) tokens")
        }
        self.model = draft
        self.configuration = configuration
        self.processor = processor
        cacheType = draft.model.defaultCacheType(computing: configuration.computeType)
        draft.prepare(configuration.computeType)
    }

    /// The bytes of keys and values that it holds.
    var byteCount: Int { readings.values.reduce(0) { $0 + $1.state.byteCount } }

    /// Forgets all texts but these.
    func keep(_ ids: Set<Int>) { readings = readings.filter { ids.contains($0.key) } }

    /// Guesses the next tokens of each text that has none yet.
    ///
    /// - Parameters:
    ///   - limit: the most tokens of a text.
    ///   - fits: whether a text may grow to a length in one pass.
    func draft(_ sequences: [EngineSequence], limit: Int, where fits: (EngineSequence, _ length: Int) -> Bool) {
        var drafts = sequences.compactMap { sequence -> Draft? in
            let room = model.contextLength - sequence.read.count
            let length = sequence.draftLength(limit: min(limit, room))
            return length > 0 && catchUp(with: sequence) ? Draft(sequence: sequence, limit: length) : nil
        }
        let start = ContinuousClock.now
        while drafts.contains(where: \.isOpen) { extend(&drafts) }
        let seconds = (ContinuousClock.now - start).seconds / Double(max(1, drafts.count))
        for draft in drafts where fits(draft.sequence, draft.sequence.read.count + draft.tokens.count) {
            draft.sequence.propose(draft.tokens, cost: cost(seconds))
        }
    }

    /// The passes in whose time guesses were made.
    private func cost(_ seconds: Double) -> Double {
        configuration.draftConfidence > 0 && passSeconds > 0 ? seconds / passSeconds : 0
    }

    /// Learns what a pass takes that guesses may save.
    func learn(passSeconds: Double) {
        self.passSeconds = self.passSeconds == 0 ? passSeconds : 0.8 * self.passSeconds + 0.2 * passSeconds
    }

    // MARK: Reading

    /// What a text may grow to while it is drafted, by which rotary frequencies go.
    private func length(of sequence: EngineSequence) -> Int {
        min(model.contextLength, sequence.read.count + configuration.maxDraft)
    }

    /// Brings what it has read of a text to its newest token, which stays unread. A long text takes several passes.
    ///
    /// - Returns: whether it is there.
    private func catchUp(with sequence: EngineSequence) -> Bool {
        let read = sequence.read, length = length(of: sequence)
        var reading =
            readings[sequence.id] ?? Reading(state: model.makeState(capacity: model.contextLength, type: cacheType))
        defer { readings[sequence.id] = reading }
        let common = zip(reading.tokens, read.dropLast()).prefix { $0 == $1 }.count
        if common < reading.tokens.count {
            let kept = reading.state.canTruncate(to: common) ? common : 0
            reading.state.truncate(to: kept)
            reading.tokens.removeLast(reading.tokens.count - kept)
        }
        if model.model.rewind(reading.state, ifStretchedBy: length) { reading.tokens = [] }
        let next = read[reading.tokens.count ..< read.count - 1].prefix(configuration.prefillChunk)
        guard !next.isEmpty else { return true }
        compute([Batch.Run(count: next.count, state: reading.state, sequenceLength: length)], Array(next))
        reading.tokens += next
        return reading.tokens.count == read.count - 1
    }

    @discardableResult
    private func compute(_ runs: [Batch.Run], _ ids: [TokenID]) -> [[Float]] {
        let context = ForwardContext(computeType: configuration.computeType)
        let batch = Batch(ids, runs: runs, outputs: .last)
        let hidden = model.model.hidden(batch, context)
        let logits = model.model.unembed(hidden, context.outputs(of: batch)), width = logits.width
        return logits.floats.withUnsafeBufferPointer { all in
            (0 ..< logits.rows).map {
                model.choosable(UnsafeBufferPointer(rebasing: all[$0 * width ..< ($0 + 1) * width]))
            }
        }
    }

    // MARK: Guessing

    private func isConfident(of guess: TokenID, _ row: [Float]) -> Bool {
        let least = configuration.draftConfidence
        return least == 0 || LogProbabilities(row, chosen: guess, top: 0).chosen.logProbability > portableLog(least)
    }

    /// Guesses one more token of each draft that is open.
    private func extend(_ drafts: inout [Draft]) {
        let open = drafts.indices.filter { drafts[$0].isOpen }
        var ids: [TokenID] = []
        let runs = open.map { index in
            let draft = drafts[index], id = draft.sequence.id
            let next = draft.tokens.last ?? draft.sequence.read.last!
            ids.append(next)
            readings[id]!.tokens.append(next)
            return Batch.Run(count: 1, state: readings[id]!.state, sequenceLength: length(of: draft.sequence))
        }
        for (index, row) in zip(open, compute(runs, ids)) {
            let draft = drafts[index]
            guard let guess = try? draft.sequence.continuation.guess(by: row, after: draft.tokens),
                isConfident(of: guess, row)
            else {
                drafts[index].isOpen = false
                continue
            }
            drafts[index].tokens.append(guess)
            if drafts[index].tokens.count == draft.limit { drafts[index].isOpen = false }
        }
    }
}
