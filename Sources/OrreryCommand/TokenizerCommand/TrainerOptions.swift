import ArgumentParser
import OrreryTokenizerTraining
import OrreryTokenizers

/// What kind of tokenizer to learn, and how.
struct TrainerOptions: ParsableArguments {
    @Option(help: "\(TokenizerTrainer.Kind.allCases.map(\.rawValue).joined(separator: ", ")).") var kind: String
    @Option(help: "Tokens in all, special ones included.") var vocab = 32_000
    @Option(help: "A special token; give the option again for more. For bpe the first ends a text. (default: none)")
    var special: [String] = []
    @Flag(
        help:
            "Treat each line as a separate text, as Hugging Face's train(files) does; sentencepiece's kinds always do.")
    var lines = false

    @Option(
        help:
            "How text is cut into words: r50k, cl100k, o200k, llama3, qwen2, none or a regular expression (bpe). (default: r50k)"
    ) var pattern: String?
    @Option(help: "Do not merge pairs that are rarer than this (bpe, wordpiece, wordlevel). (default: 0)")
    var minFrequency: Int?
    @Option(help: "Maximum number of letters that get a token (bpe, wordpiece). (default: no limit)") var limitAlphabet:
        Int?
    @Option(help: "Do not form tokens of this length or more (bpe, wordpiece). (default: no limit)") var maxTokenLength:
        Int?
    @Option(
        help: "Share of the text's characters that tokens must cover (sentencepiece-bpe, unigram). (default: 0.9995)")
    var characterCoverage: Double?
    @Flag(help: "Add a token for every byte, for characters that have none (sentencepiece-bpe, unigram).")
    var byteFallback = false
    @Option(help: "Maximum number of characters in a token (sentencepiece-bpe, unigram). (default: 16)")
    var maxPieceLength: Int?
    @Flag(inversion: .prefixedNo, help: "Tokens keep to one script (sentencepiece-bpe, unigram). (default: yes)")
    var splitByScript: Bool?
    @Flag(
        inversion: .prefixedNo,
        help: "Digits and letters do not share a token (sentencepiece-bpe, unigram). (default: yes)") var splitByNumber:
        Bool?
    @Flag(
        inversion: .prefixedNo, help: "Tokens do not reach across spaces (sentencepiece-bpe, unigram). (default: yes)")
    var splitByWhitespace: Bool?
    @Flag(help: "Each digit is a token of its own (sentencepiece-bpe, unigram).") var splitDigits = false
    @Flag(inversion: .prefixedNo, help: "Lowercase the text, and remove accents (wordpiece). (default: yes)")
    var lowercase: Bool?

    /// - Throws: `ValidationError` for an option that the kind does not have, or a value that cannot be.
    func trainer(_ resources: TokenizerTrainer.Resources) throws -> TokenizerTrainer {
        guard let kind = TokenizerTrainer.Kind(rawValue: kind) else {
            throw ValidationError(
                "--kind: expected \(TokenizerTrainer.Kind.allCases.map(\.rawValue).joined(separator: ", ")), found \(self.kind)"
            )
        }
        try requireOptions(of: kind)
        var trainer = TokenizerTrainer(kind, resources: resources)
        trainer.vocabularySize = vocab
        trainer.specialTokens = special
        trainer.unit = lines || kind.readsLines ? .line : .document
        if let pattern { trainer.pattern = SplitPattern(argument: pattern) }
        if let minFrequency { trainer.minimalFrequency = minFrequency }
        trainer.alphabetLimit = limitAlphabet
        trainer.maximalTokenLength = maxTokenLength
        if let lowercase { trainer.lowercases = lowercase }
        if let characterCoverage { trainer.sentencePiece.characterCoverage = characterCoverage }
        trainer.sentencePiece.byteFallback = byteFallback
        if let maxPieceLength { trainer.sentencePiece.maximalLength = maxPieceLength }
        if let splitByScript { trainer.sentencePiece.splitsByScript = splitByScript }
        if let splitByNumber { trainer.sentencePiece.splitsByNumber = splitByNumber }
        if let splitByWhitespace { trainer.sentencePiece.splitsByWhitespace = splitByWhitespace }
        trainer.sentencePiece.splitsDigits = splitDigits
        do { try trainer.validate() } catch let error as TokenizerError { throw ValidationError("\(error)") }
        return trainer
    }

    /// An option that would change nothing is an error.
    private func requireOptions(of kind: TokenizerTrainer.Kind) throws {
        let given: [(String, Bool, [TokenizerTrainer.Kind])] = [
            ("--pattern", pattern != nil, [.bytePair]),
            ("--min-frequency", minFrequency != nil, [.bytePair, .wordPiece, .wordLevel]),
            ("--limit-alphabet", limitAlphabet != nil, [.bytePair, .wordPiece]),
            ("--max-token-length", maxTokenLength != nil, [.bytePair, .wordPiece]),
            ("--lowercase", lowercase != nil, [.wordPiece]),
            ("--character-coverage", characterCoverage != nil, [.sentencePieceBPE, .unigram]),
            ("--byte-fallback", byteFallback, [.sentencePieceBPE, .unigram]),
            ("--max-piece-length", maxPieceLength != nil, [.sentencePieceBPE, .unigram]),
            ("--split-by-script", splitByScript != nil, [.sentencePieceBPE, .unigram]),
            ("--split-by-number", splitByNumber != nil, [.sentencePieceBPE, .unigram]),
            ("--split-by-whitespace", splitByWhitespace != nil, [.sentencePieceBPE, .unigram]),
            ("--split-digits", splitDigits, [.sentencePieceBPE, .unigram]),
        ]
        for (name, isGiven, kinds) in given where isGiven && !kinds.contains(kind) {
            throw ValidationError(
                "\(name) is for \(kinds.map(\.rawValue).joined(separator: " and ")); omit it with --kind \(kind.rawValue)"
            )
        }
    }
}
