import OrreryNN
import OrreryRandom
import OrreryTokenizers

/// A text as ids, cut in a training part and a validation part.
package struct TokenDataset: Sendable {
    package let train: TokenRun
    package let validation: TokenRun
    /// Tells whether a resumed run sees the text it began with.
    package let fingerprint: UInt64

    /// - Parameters:
    ///   - validationFraction: the last part of the ids, not trained on.
    ///   - contextLength: the least that each part must hold, plus one id to predict.
    package init(
        _ ids: [TokenID], validationFraction: Double, contextLength: Int, name: String, vocabularySize: Int
    ) throws {
        let split = Int((1 - validationFraction) * Double(ids.count))
        train = TokenRun(ids[..<split], vocabularySize: vocabularySize)
        validation = TokenRun(ids[split...], vocabularySize: vocabularySize)
        var checksum = Checksum()
        for run in [train, validation] { run.add(to: &checksum) }
        fingerprint = checksum.value
        try require(contextLength: contextLength, name: name)
    }

    /// Throws unless each part that there is holds a context and the token after it.
    func require(contextLength: Int, name: String) throws {
        guard train.count > contextLength else {
            throw TrainingError.data(
                name,
                "\(train.count) tokens to train on are fewer than one context of \(contextLength) and the next token; expected a longer text, or a smaller `context`"
            )
        }
        guard validation.count == 0 || validation.count > contextLength else {
            throw TrainingError.data(
                name,
                "\(validation.count) tokens to validate on are fewer than one context of \(contextLength) and the next token; expected a longer text, a smaller `context`, or `validationFraction` 0"
            )
        }
    }
}

/// Ids in as few bytes as the vocabulary allows.
package struct TokenRun: Sendable {
    private let small: [UInt16]
    private let large: [UInt32]
    package let count: Int

    init(_ ids: ArraySlice<TokenID>, vocabularySize: Int) {
        let fits = vocabularySize <= 1 << 16
        small = fits ? ids.map { UInt16(truncatingIfNeeded: $0) } : []
        large = fits ? [] : ids.map { UInt32(bitPattern: $0) }
        count = ids.count
    }

    package subscript(_ range: Range<Int>) -> [TokenID] {
        large.isEmpty ? small[range].map { TokenID($0) } : large[range].map { TokenID(bitPattern: $0) }
    }

    func add(to checksum: inout Checksum) {
        checksum.add(UInt64(count))
        small.withUnsafeBytes { checksum.add($0) }
        large.withUnsafeBytes { checksum.add($0) }
    }
}

/// Inputs and the ids that follow them, document after document: windows of one text, or whole texts packed behind each
/// other.
package struct TokenBatch: Sendable {
    package var inputs: [TokenID]
    /// What each input is to predict; negative where that does not count.
    package var targets: [TokenID]
    /// Of the documents. Positions begin again in each, and none sees another.
    package var lengths: [Int]

    package init(inputs: [TokenID], targets: [TokenID], lengths: [Int]) {
        precondition(
            inputs.count == targets.count && lengths.reduce(0, +) == inputs.count,
            "batch: \(inputs.count) inputs, \(targets.count) targets, \(lengths)")
        (self.inputs, self.targets, self.lengths) = (inputs, targets, lengths)
    }

    /// Windows of one length.
    package init(inputs: [TokenID], targets: [TokenID], sequences: Int) {
        self.init(
            inputs: inputs, targets: targets, lengths: Array(repeating: inputs.count / sequences, count: sequences))
    }

    package var sequences: Int { lengths.count }

    /// Some of the documents.
    subscript(range: Range<Int>) -> TokenBatch {
        let first = lengths[..<range.lowerBound].reduce(0, +), ids = first ..< first + lengths[range].reduce(0, +)
        return TokenBatch(inputs: Array(inputs[ids]), targets: Array(targets[ids]), lengths: Array(lengths[range]))
    }
}

extension TokenRun {
    /// nanoGPT's batches: windows at random places. Which ones depends on seed and step alone.
    package func randomBatch(sequences: Int, contextLength: Int, seed: UInt64, stream: UInt64) -> TokenBatch {
        var random = SplitMix64(seed: seed, stream: stream)
        return batch(
            starts: (0 ..< sequences).map { _ in random.below(count - contextLength) }, contextLength: contextLength)
    }

    package func batch(starts: [Int], contextLength: Int) -> TokenBatch {
        var inputs: [TokenID] = [], targets: [TokenID] = []
        inputs.reserveCapacity(starts.count * contextLength)
        targets.reserveCapacity(starts.count * contextLength)
        for start in starts {
            let ids = self[start ..< start + contextLength + 1]
            inputs += ids.dropLast()
            targets += ids.dropFirst()
        }
        return TokenBatch(inputs: inputs, targets: targets, sequences: starts.count)
    }

    /// The starts of windows that cover the run without overlap, each with a next id for its last.
    package func windows(contextLength: Int) -> [Int] {
        (0 ..< max(0, (count - 1) / contextLength)).map { $0 * contextLength }
    }
}
