import OrreryTerminal
import OrreryTokenizers

/// How each word of a text was built, for people.
struct MergePage {
    private let job: TokenizeJob
    private let terminal = Terminal.standardOutput

    init(_ job: TokenizeJob) { self.job = job }

    func write() throws {
        guard let explaining = job.tokenizer as? any ExplainingTokenizer, Self.hasReasons(job.tokenizer) else {
            return try terminal.writeLine("\(job.name) makes no merges: \(Self.reason(job.tokenizer)).")
        }
        let words = try Self.words(of: job, explaining)
        var shown: Set<WordExplanation> = []
        for word in words where shown.insert(word).inserted { try write(word) }
    }

    /// The words of a text, none of which may be so long that its replay would take forever.
    static func words(of job: TokenizeJob, _ tokenizer: any ExplainingTokenizer) throws -> [WordExplanation] {
        guard job.text.count <= longestText else {
            throw InputError(
                "--merges: the text has \(Human.number(job.text.count, "byte")); expected at most \(longestText), each of whose words is replayed"
            )
        }
        return try tokenizer.explanations(of: job.text, options: job.options)
    }

    /// Replaying a word is quadratic in its length.
    private static let longestText = 20_000

    /// Whether a kind whose words can be told apart has merges or scores.
    private static func hasReasons(_ tokenizer: any Tokenizer) -> Bool {
        guard let pipeline = tokenizer as? PipelineTokenizer else { return true }
        return switch pipeline.model {
        case .bpe, .unigram: true
        case .wordPiece, .wordLevel: false
        }
    }

    /// Why a kind has nothing to replay.
    private static func reason(_ tokenizer: any Tokenizer) -> String {
        if let pipeline = tokenizer as? PipelineTokenizer, case .wordLevel = pipeline.model {
            return "each word is a token"
        }
        return switch tokenizer {
        case is CharacterTokenizer: "each character is a token"
        case is ByteTokenizer: "each byte is a token"
        case is WordPieceTokenizer, is PipelineTokenizer:
            "WordPiece takes the longest token that a word starts with, and then the longest that continues it"
        default: "its kind has none"
        }
    }

    private func write(_ word: WordExplanation) throws {
        let result = word.tokens.map(text).joined(separator: "|")
        let ids = terminal.appearance.paint(word.tokens.map(String.init).joined(separator: " "), .dim)
        try terminal.writeLine("\(terminal.appearance.paint(visible(word.bytes), .bold))  \(result)  \(ids)")
        switch word.reason {
        case .added: try terminal.writeLine("  an added token, found before the model sees the text")
        case .none: try terminal.writeLine("  no merges to replay for it alone")
        case .scores(let scores):
            for (id, score) in zip(word.tokens, scores) {
                try terminal.writeLine("  score \(Human.fixed(Double(score), decimals: 4))  \(text(id))")
            }
        case .merges(let trace): try write(trace)
        }
    }

    private func write(_ trace: MergeTrace) throws {
        if trace.isWhole && trace.tokens != trace.steps.last?.tokens && trace.bytes.count > 1 {
            try terminal.writeLine("  found whole in the vocabulary; merges alone would end elsewhere:")
        }
        let width = trace.steps.map { String($0.rank).count }.max() ?? 0
        for step in trace.steps {
            let rank = String(repeating: " ", count: width - String(step.rank).count) + String(step.rank)
            try terminal.writeLine(
                "  rank \(rank)  \(text(step.left)) + \(text(step.right)) = \(text(step.result))    \(terminal.appearance.paint(step.tokens.map(text).joined(separator: "|"), .dim))"
            )
        }
    }

    private func text(_ id: TokenID) -> String {
        guard id >= 0, let piece = job.tokenizer.piece(for: id) else { return "?" }
        return visible(piece)
    }

    private func visible(_ bytes: [UInt8]) -> String {
        TokenText.visible(bytes, isUnicode: terminal.appearance.isUnicode)
    }
}
