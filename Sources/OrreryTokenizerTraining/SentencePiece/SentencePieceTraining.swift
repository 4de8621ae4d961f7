import OrreryTokenizers

/// How sentencepiece's trainers read text, and which tokens they may form: the fields of its TrainerSpec that Orrery
/// supports, with their defaults.
public struct SentencePieceTraining: Sendable, Hashable {
    /// The share of the text's characters that have a token of their own; the others become the unknown token, or bytes
    /// (`character_coverage`).
    public var characterCoverage = 0.9995
    /// Whether every byte has a token, for characters without one (`byte_fallback`).
    public var byteFallback = false
    /// The greatest length of a token in characters, 1 to 255 (`max_sentencepiece_length`).
    public var maximalLength = 16
    /// Whether a token keeps to one script (`split_by_unicode_script`).
    public var splitsByScript = true
    /// Whether digits and letters never share a token (`split_by_number`).
    public var splitsByNumber = true
    /// Whether a token keeps to one word, which starts with its space, "▁" (`split_by_whitespace`).
    public var splitsByWhitespace = true
    /// Whether each digit is a token of its own (`split_digits`).
    public var splitsDigits = false
    /// The greatest length of a line in bytes; longer ones are left out (`max_sentence_length`).
    public var longestLine = 4192

    /// The defaults of sentencepiece.
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
