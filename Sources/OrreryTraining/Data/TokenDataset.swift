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
    ///   - documents: how sequences are made of documents, and where each of those begins; nil: the ids are one text.
    package init(
        _ ids: [TokenID], validationFraction: Double, contextLength: Int, name: String, vocabularySize: Int,
        documents: (mode: DocumentMode, starts: [Int])? = nil
    ) throws {
        var split = Int((1 - validationFraction) * Double(ids.count))
        // No document is cut in two parts, where there are several.
        if validationFraction > 0, let starts = documents?.starts {
            split = starts.first { $0 >= split } ?? starts.last { $0 > 0 } ?? split
        }
        func run(_ part: Range<Int>) -> TokenRun {
            TokenRun(
                ids[part], vocabularySize: vocabularySize,
                documents: documents.map { documents in
                    (
                        documents.mode,
                        [0]
                            + documents.starts.filter { part.contains($0) && $0 > part.lowerBound }
                            .map { $0 - part.lowerBound }
                    )
                })
        }
        (train, validation) = (run(0 ..< split), run(split ..< ids.count))
        var checksum = Checksum()
        for run in [train, validation] { run.add(to: &checksum) }
        fingerprint = checksum.value
        try require(contextLength: contextLength, name: name)
    }

    /// Throws unless each part that there is holds a context and the token after it.
    func require(contextLength: Int, name: String) throws {
        if train.documents?.mode == .padded {
            guard !train.windows(contextLength: contextLength).isEmpty else {
                throw TrainingError.data(name, "no document to train on has two tokens; expected longer ones")
            }
            guard validation.count == 0 || !validation.windows(contextLength: contextLength).isEmpty else {
                throw TrainingError.data(
                    name,
                    "no document to validate on has two tokens; expected longer ones, or --validation-fraction 0")
            }
            return
        }
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
    /// How sequences are made of documents, and where each of those begins, the first at 0; nil: the ids are one text.
    let documents: (mode: DocumentMode, starts: [Int])?
    let made = MadeWindows()

    init(
        _ ids: ArraySlice<TokenID>, vocabularySize: Int, documents: (mode: DocumentMode, starts: [Int])? = nil
    ) {
        let fits = vocabularySize <= 1 << 16
        small = fits ? ids.map { UInt16(truncatingIfNeeded: $0) } : []
        large = fits ? [] : ids.map { UInt32(bitPattern: $0) }
        count = ids.count
        self.documents = documents
    }

    package subscript(_ range: Range<Int>) -> [TokenID] {
        large.isEmpty ? small[range].map { TokenID($0) } : large[range].map { TokenID(bitPattern: $0) }
    }

    func add(to checksum: inout Checksum) {
        checksum.add(UInt64(count))
        small.withUnsafeBytes { checksum.add($0) }
        large.withUnsafeBytes { checksum.add($0) }
        documents?.starts.withUnsafeBytes { checksum.add($0) }
    }
}
