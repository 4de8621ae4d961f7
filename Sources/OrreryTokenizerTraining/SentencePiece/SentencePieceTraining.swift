import OrreryTokenizers

/// How text is read, and which pieces may be: sentencepiece's TrainerSpec as far as it is honoured here, with its
/// defaults.
public struct SentencePieceTraining: Sendable, Hashable {
    /// The share of the text's characters that must be covered by pieces of one character; the others are unknown, or
    /// bytes.
    public var characterCoverage = 0.9995
    /// Whether there is a piece for every byte.
    public var byteFallback = false
    /// In characters.
    public var maximalLength = 16
    /// Whether a piece keeps to one script.
    public var splitsByScript = true
    /// Whether digits and letters are apart.
    public var splitsByNumber = true
    /// Whether a piece keeps to one word. A word starts with its space, "▁".
    public var splitsByWhitespace = true
    /// Whether each digit is a piece of its own.
    public var splitsDigits = false
    /// Lines of more bytes are left out (`max_sentence_length`).
    public var longestLine = 4192

    public init() {}

    func validate() throws {
        guard characterCoverage > 0 && characterCoverage <= 1 else {
            throw TokenizerError.invalid(
                "character coverage: expected more than 0, at most 1, found \(characterCoverage)")
        }
        guard (1 ... 255).contains(maximalLength) else {
            throw TokenizerError.invalid("maximal piece length: expected 1 to 255, found \(maximalLength)")
        }
    }
}
