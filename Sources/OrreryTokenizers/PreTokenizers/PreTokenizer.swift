/// A step that cuts a text into the words that a model sees; a `Sequence` has several.
///
/// Source: Hugging Face tokenizers, `src/pre_tokenizers`.
package indirect enum PreTokenizer: Sendable {
    /// At white space, which is dropped, and around each mark of punctuation.
    case bertPreTokenizer
    case byteLevel(ByteLevel)
    case charDelimiterSplit(Unicode.Scalar)
    case digits(individually: Bool)
    /// Pieces of so many characters.
    case fixedLength(Int)
    case metaspace(Metaspace)
    case punctuation(SplitDelimiterBehavior)
    case sequence([PreTokenizer])
    case split(Split)
    /// Where the script changes; kana count as Han.
    case unicodeScripts
    /// `\w+|[^\w\s]+`
    case whitespace
    case whitespaceSplit

    /// - Throws: `TokenizerError` where a regular expression takes too long.
    func preTokenize(_ text: inout PreTokenizedString) throws {
        switch self {
        case .bertPreTokenizer:
            text.split(.removed) { PipelineCharacter.of($0).contains(.whitespace) }
            text.split(.isolated) { PipelineCharacter.of($0).contains(.punctuation) }
        case .byteLevel(let byteLevel): try byteLevel.preTokenize(&text)
        case .charDelimiterSplit(let delimiter): text.split(.removed) { $0 == delimiter.value }
        case .digits(let individually):
            text.split(individually ? .isolated : .contiguous) { PipelineCharacter.of($0).contains(.numeric) }
        case .fixedLength(let length): text.split(every: length)
        case .metaspace(let metaspace): metaspace.preTokenize(&text)
        case .punctuation(let behavior): text.split(behavior) { PipelineCharacter.of($0).contains(.punctuation) }
        case .sequence(let steps): for step in steps { try step.preTokenize(&text) }
        case .split(let split): try split.preTokenize(&text)
        case .unicodeScripts: text.splitAtScripts()
        case .whitespace: text.splitWords()
        case .whitespaceSplit: text.split(.removed) { PipelineCharacter.of($0).contains(.whitespace) }
        }
    }

    /// Whether it matters where in the source a piece stands.
    var needsPlaces: Bool {
        switch self {
        case .metaspace(let metaspace): metaspace.prependScheme == .first
        case .sequence(let steps): steps.contains(where: \.needsPlaces)
        default: false
        }
    }
}

extension PreTokenizer {
    /// Calls `body` with each word of `text`.
    ///
    /// - Precondition: `text` has less than 512 MB.
    package func forEachWord(
        of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws {
        var words = PreTokenizedString(isAligned: false)
        let string = NormalizedString(text, isAligned: false)
        let count = string.text.bytes.count
        words.append(string) { $0(0 ..< count, -1) }
        try preTokenize(&words)
        try words.text.bytes.withUnsafeBufferPointer { bytes in
            for piece in words.pieces { try body(UnsafeBufferPointer(rebasing: bytes[piece.range])) }
        }
    }
}
