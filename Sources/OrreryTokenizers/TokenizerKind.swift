/// What `orrery train --tokenizer char|byte|bpe:SIZE|PATH` can say.
public enum TokenizerKind: Sendable, Hashable, CustomStringConvertible {
    /// The characters of the training text.
    case character
    /// The 256 bytes.
    case byte
    /// Byte-level byte-pair encoding with so many tokens, learnt from the training text.
    case bytePair(vocabularySize: Int)
    /// A saved one: a model directory or its `tokenizer.json`.
    case path(String)

    /// A file that happens to be called char or byte is reached as `./char`.
    public init(argument: String) {
        switch argument {
        case "char": self = .character
        case "byte": self = .byte
        default:
            let size = argument.hasPrefix("bpe:") ? Int(argument.dropFirst(4)) : nil
            self = size.map { .bytePair(vocabularySize: $0) } ?? .path(argument)
        }
    }

    public var description: String {
        switch self {
        case .character: "char"
        case .byte: "byte"
        case .bytePair(let size): "bpe:\(size)"
        case .path(let path): path
        }
    }

    /// The tokenizer, trained on `text` if its kind is.
    ///
    /// - Parameters:
    ///   - text: UTF-8, from which the character tokenizer takes its vocabulary, and byte-pair encoding learns; the
    ///     others do not look at it.
    ///   - endOfText: the text of the token that ends a document. A saved tokenizer must already have it.
    /// - Throws: `TokenizerError`.
    public func makeTokenizer(
        training text: UnsafeBufferPointer<UInt8>, endOfText: String? = nil
    ) throws -> any Tokenizer {
        switch self {
        case .character:
            return try CharacterTokenizer(training: text, endOfText: endOfText)
        case .byte:
            return try ByteTokenizer(endOfText: endOfText)
        case .bytePair(let size):
            var settings = BytePairTrainer.Settings()
            settings.vocabularySize = size
            settings.specialTokens = endOfText.map { [$0] } ?? []
            return try BytePairTrainer(settings).train(on: TrainingCorpus(text)).tokenizer
        case .path(let path):
            let tokenizer = try TokenizerLoader.load(path: path)
            if let endOfText,
                tokenizer.endOfText == nil || tokenizer.id(forPiece: Array(endOfText.utf8)) != tokenizer.endOfText
            {
                throw TokenizerError.file(
                    path, "does not end a text with \"\(endOfText)\"; expected a tokenizer whose eos_token it is")
            }
            return tokenizer
        }
    }
}
