/// A step from tokens back to text; a `Sequence` has several. Each takes a list of texts and gives another, and what
/// the last gives is joined.
///
/// Source: Hugging Face tokenizers, `src/decoders`.
package indirect enum PipelineDecoder: Sendable {
    /// The suffix that ends words becomes a space.
    case bpeDecoder(suffix: String)
    /// Runs of `<0x0A>` become the text that their bytes are, or U+FFFD for each.
    case byteFallback
    /// GPT-2's alphabet becomes bytes, and all tokens one text.
    case byteLevel(ByteLevel)
    case ctc(CTC)
    /// All tokens become one text.
    case fuse
    /// The replacement becomes a space, and nothing in the first token.
    case metaspace(Metaspace)
    case replace(Replace)
    case sequence([PipelineDecoder])
    /// Up to so many of a character at the start and at the end of each text.
    case strip(content: Unicode.Scalar, start: Int, stop: Int)
    /// A space before each token but the first, unless it has the prefix.
    case wordPiece(prefix: String, cleanup: Bool)

    /// The steps, sequences taken apart.
    var steps: [PipelineDecoder] {
        if case .sequence(let steps) = self { steps.flatMap(\.steps) } else { [self] }
    }
}

/// Connectionist temporal classification: tokens that repeat are one, and padding is nothing.
///
/// Source: Hugging Face tokenizers, `src/decoders/ctc.rs`.
package struct CTC: Sendable, Hashable {
    package var padToken: String
    package var wordDelimiterToken: String
    package var cleanup: Bool

    package init(padToken: String = "<pad>", wordDelimiterToken: String = "|", cleanup: Bool = true) {
        (self.padToken, self.wordDelimiterToken, self.cleanup) = (padToken, wordDelimiterToken, cleanup)
    }
}
