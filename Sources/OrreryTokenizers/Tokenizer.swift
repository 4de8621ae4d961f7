/// A token's number: its row in the model's embedding table.
public typealias TokenID = Int32

/// Text to token ids and back.
///
/// Everything works on UTF-8 bytes, so a memory-mapped file is encoded without becoming a `String` first; the `String`
/// forms are conveniences in `Tokenizer+Text.swift`. A conforming type is an immutable value, used from many threads at
/// once.
///
/// Decoding is a left fold: what a token adds to the text may depend on those before it (SentencePiece drops the first
/// space, WordPiece joins `##` pieces), never on those after it, though bytes may wait for the rest of their character.
/// That is what makes streaming exact: the concatenation of what a `StreamingDecoder` emits is what `decode` gives for
/// the whole.
public protocol Tokenizer: Sendable {
    /// The number of ids: valid ids are `0 ..< vocabularySize`, added tokens included. There may be holes
    /// (`piece(for:)` is nil).
    var vocabularySize: Int { get }

    /// The tokens outside the model proper: end of text, unknown, the markers of a chat.
    var addedTokens: AddedTokens { get }

    /// The token that ends a document, if this tokenizer has one.
    var endOfText: TokenID? { get }

    /// The tokens after which a model has said what it had to say, that one included.
    var endTokens: Set<TokenID> { get }

    /// What was odd in the file and was read all the same, a line each.
    var warnings: [String] { get }

    /// The bytes that `id` stands for in the middle of a text, or nil if there is no such token.
    ///
    /// They need not be valid UTF-8: a byte-level token may hold half a character.
    func piece(for id: TokenID) -> [UInt8]?

    /// The id of the token whose bytes are exactly `piece`, or nil if there is none.
    func id(forPiece piece: [UInt8]) -> TokenID?

    /// Appends the tokens of `utf8` to `encoding`, with their byte ranges if it records them.
    ///
    /// - Throws: `TokenizerError` naming the byte offset that cannot be encoded.
    func encode(_ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, into encoding: inout Encoding) throws

    /// Appends to `bytes` what `id` adds to a text whose last token is `previous` (nil at the start).
    ///
    /// - Throws: `TokenizerError` if there is no token `id`.
    func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws

    /// A decoder for one text after another, which `decode` and `StreamingDecoder` use. The default folds
    /// `decode(_:after:into:)` over the tokens.
    ///
    /// - Parameter skipsSpecialTokens: whether added tokens that mark structure are left out of the text.
    func makeDecoder(skipsSpecialTokens: Bool) -> any TokenDecoder

    /// This tokenizer as Hugging Face files, which `TokenizerLoader` and transformers' `AutoTokenizer` open.
    ///
    /// - Throws: `TokenizerError` if the format cannot say what this tokenizer does.
    func files() throws -> [TokenizerFile]
}

/// How `encode` treats special tokens.
public struct EncodingOptions: Sendable, Hashable {
    /// Whether a special token spelled out in the text becomes its id (as transformers does by default), or is read as
    /// the ordinary characters it is written with. Text from a stranger should be read with false.
    public var recognizesSpecialTokens: Bool

    /// Whether the tokenizer's own template adds its begin and end tokens (transformers' `add_special_tokens`).
    /// The character and byte tokenizers have no template, so nothing is added.
    public var addsSpecialTokens: Bool

    /// How long texts are cut short; nil leaves them whole, whatever the tokenizer's file says.
    public var truncation: Truncation?

    /// Options as transformers' defaults: special tokens are recognised and added, and texts are left whole.
    public init(recognizesSpecialTokens: Bool = true, addsSpecialTokens: Bool = true, truncation: Truncation? = nil) {
        self.recognizesSpecialTokens = recognizesSpecialTokens
        self.addsSpecialTokens = addsSpecialTokens
        self.truncation = truncation
    }
}

/// The tokens of a text and, if asked for, where each stands in it.
public struct Encoding: Sendable, Hashable {
    /// The ids of the tokens, in the order of the text.
    public var ids: [TokenID] = []

    /// For each token its bytes in the source text's UTF-8; empty unless `recordsByteRanges`. A token that a template
    /// added has an empty range; two tokens that share a character each have the part that is theirs.
    public var byteRanges: [Range<Int>] = []

    /// Whether `byteRanges` has a range for each token.
    public let recordsByteRanges: Bool

    /// An encoding without tokens, for `Tokenizer.encode(_:options:into:)` to append to.
    public init(recordsByteRanges: Bool) {
        self.recordsByteRanges = recordsByteRanges
    }

    /// Appends a token and, if they are recorded, its range of bytes in the source text's UTF-8.
    public mutating func append(_ id: TokenID, _ byteRange: Range<Int>) {
        ids.append(id)
        if recordsByteRanges { byteRanges.append(byteRange) }
    }
}
