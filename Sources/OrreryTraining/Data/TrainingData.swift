import Kernels
import OrreryTokenizerTraining
import OrreryTokenizers

/// A plan's text as ids, and the tokenizer that made them.
package struct TrainingData: Sendable {
    package let tokenizer: any Tokenizer
    package let dataset: TokenDataset
    /// What was read, and what was left out.
    package let report: ReadingReport
    /// Bytes of the documents.
    package let textBytes: Int

    /// What is being done while the data is made.
    package enum Stage: Sendable, Equatable { case reading, learning, encoding }

    /// Reads the plan's text and makes its tokenizer.
    ///
    /// - Parameters:
    ///   - directory: of a run to be resumed, whose saved tokenizer is used.
    ///   - cache: where the ids of large texts are kept; nil keeps none.
    ///   - progress: receives the stage, and the bytes done and all of them; what it throws ends the work.
    package init(
        _ plan: TrainingPlan, resuming directory: String? = nil, cache: EncodingCache? = nil,
        progress: (Stage, _ done: Int, _ total: Int) throws -> Void = { _, _, _ in }
    ) throws {
        try plan.validate()
        let source = TextSource(
            plan.data, field: plan.field, requiresUTF8: plan.tokenizer != TokenizerKind.byte.description)
        let text = try source.read { try progress(.reading, $0, $1) }
        try self.init(plan, text, resuming: directory, cache: cache, progress: progress)
    }

    /// A text in memory instead of the plan's sources.
    ///
    /// - Parameters: as above.
    package init(
        _ plan: TrainingPlan, text: String, resuming directory: String? = nil,
        progress: (Stage, _ done: Int, _ total: Int) throws -> Void = { _, _, _ in }
    ) throws {
        try plan.validate()
        var document = TrainingText()
        document.append(text.utf8)
        guard !document.documents.isEmpty else { throw TrainingError.data("the text", "has no characters") }
        try self.init(plan, document, resuming: directory, cache: nil, progress: progress)
    }

    private init(
        _ plan: TrainingPlan, _ text: TrainingText, resuming directory: String?, cache: EncodingCache?,
        progress: (Stage, _ done: Int, _ total: Int) throws -> Void
    ) throws {
        (report, textBytes) = (text.report, text.bytes.count)
        let kind = directory.map { TokenizerKind.path($0) } ?? TokenizerKind(argument: plan.tokenizer)
        (tokenizer, dataset) = try text.bytes.withUnsafeBufferPointer { bytes in
            if kind.learnsFromWords { try progress(.learning, 0, bytes.count) }
            let tokenizer = try kind.tokenizer(training: kind.learnsFromWords ? plan.trainingPart(of: bytes) : bytes)
            do {
                let encoded = EncodedText(text, tokenizer)
                func report(_ done: Int, _ total: Int) throws { try progress(.encoding, done, total) }
                let (ids, starts) =
                    plan.documents == nil
                    ? (try encoded.ids(cache: cache, progress: report), [])
                    : try encoded.documents(cache: cache, progress: report)
                let dataset = try TokenDataset(
                    ids, validationFraction: plan.validationFraction, contextLength: plan.context,
                    name: plan.data.description,
                    vocabularySize: tokenizer.vocabularySize, documents: plan.documents.map { ($0, starts) })
                return (tokenizer, dataset)
            } catch let error as TokenizerError {
                throw TrainingError.data(plan.data.description, error.description)
            }
        }
    }
}

extension TokenizerKind {
    /// The tokenizer; what is wrong with it is told of its flag or its own file, not of the text.
    fileprivate func tokenizer(training text: UnsafeBufferPointer<UInt8>) throws -> any Tokenizer {
        do { return try makeTokenizer(training: text) } catch let error as TokenizerError {
            if case .path = self { throw error }
            throw TrainingError.plan("`tokenizer` \(self): \(error.description)")
        }
    }

    /// Whether what it learns must not know the text that validates. The characters must: each needs a token.
    fileprivate var learnsFromWords: Bool { if case .bytePair = self { true } else { false } }
}

extension TrainingPlan {
    /// The text but for its end that validates, to the byte about where the ids will be cut.
    fileprivate func trainingPart(of text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: text[..<max(1, Int((1 - validationFraction) * Double(text.count)))])
    }
}

/// Documents and the tokenizer that encodes them.
package struct EncodedText {
    private let text: TrainingText
    private let tokenizer: any Tokenizer

    package init(_ text: TrainingText, _ tokenizer: any Tokenizer) { (self.text, self.tokenizer) = (text, tokenizer) }

    /// The ids, from the cache where it has them. Between documents stands the tokenizer's end-of-text token, or a
    /// newline where it has none.
    package func ids(cache: EncodingCache?, progress: (_ done: Int, _ total: Int) throws -> Void) throws -> [TokenID] {
        guard let cache, text.bytes.count >= cache.leastBytes, let key = try cache.key(text, tokenizer) else {
            return try encoded(progress)
        }
        if let ids = cache.ids(for: key, vocabularySize: tokenizer.vocabularySize) { return ids }
        let ids = try encoded(progress)
        cache.keep(ids, for: key)
        return ids
    }

    /// The ids, and where documents begin: behind each end-of-text token, or where the tokenizer has none, behind the
    /// last id of another.
    package func documents(
        cache: EncodingCache?, progress: (_ done: Int, _ total: Int) throws -> Void
    ) throws -> (ids: [TokenID], starts: [Int]) {
        if let end = tokenizer.endOfText {
            let ids = try ids(cache: cache, progress: progress)
            return (ids, [0] + ids.indices.filter { $0 > 0 && ids[$0 - 1] == end })
        }
        var ids: [TokenID] = [], starts: [Int] = []
        for document in text.documents {
            if starts.last != ids.count { starts.append(ids.count) }
            try encode(document, into: &ids, progress)
        }
        return (ids, starts)
    }

    private func encode(
        _ range: Range<Int>, into ids: inout [TokenID], _ progress: (Int, Int) throws -> Void
    ) throws {
        let threads = Processor.current.threads, total = text.bytes.count
        try text.bytes.withUnsafeBufferPointer { bytes in
            try tokenizer.encodeParts(of: UnsafeBufferPointer(rebasing: bytes[range]), threads: threads) {
                part, encoding in
                ids += encoding.ids
                try progress(range.lowerBound + part.upperBound, total)
            }
        }
    }

    private func encoded(_ progress: (Int, Int) throws -> Void) throws -> [TokenID] {
        var ids: [TokenID] = []
        guard let end = tokenizer.endOfText, text.documents.count > 1 else {
            try encode(0 ..< text.bytes.count, into: &ids, progress)
            return ids
        }
        for document in text.documents {
            if !ids.isEmpty, ids.last != end { ids.append(end) }
            try encode(document, into: &ids, progress)
        }
        return ids
    }
}
