import OrreryFiles

/// Hugging Face's tokenizer whole: added tokens, normalizer, pre-tokenizer, model, post-processor, decoder, each of any
/// documented type.
///
/// Ids, byte ranges and decoded text are those of tokenizers 0.23.3: a token's range is all of the characters that it
/// has a part of. Bytes that are not UTF-8 read as U+FFFD. Kinds that are common have faster tokenizers of their own,
/// which `HuggingFaceReader` prefers where they give the same.
package struct PipelineTokenizer: Tokenizer {
    package let normalizer: Normalizer?
    package let preTokenizer: PreTokenizer?
    package let model: SubwordModel
    package let postProcessor: PostProcessor?
    package let decoder: PipelineDecoder?
    /// What the file says of long texts; honoured where `EncodingOptions.truncation` asks for it.
    package let truncation: Truncation?
    /// What the file says of short ones; kept, not done.
    package let padding: Padding?
    package let addedTokens: AddedTokens
    package let endOfText: TokenID?
    package let vocabularySize: Int
    /// `tokenizer_config.json`, if there was one.
    package let configuration: JSONObject?
    package internal(set) var warnings: [String] = []

    let added: AddedVocabulary
    let frames: PipelineFrames
    let workspaces = WorkspacePool { ModelWorkspace() }

    /// - Parameters:
    ///   - addedTokens: in the order of their ids. One whose text the model has gets the model's id; the others are
    ///     numbered from the model's size on, as tokenizers does, and must say so.
    ///   - endOfText: the text of the token that ends a document; nil for none.
    /// - Throws: `TokenizerError` naming what does not fit together.
    package init(
        normalizer: Normalizer? = nil, preTokenizer: PreTokenizer? = nil, model: SubwordModel,
        postProcessor: PostProcessor? = nil,
        decoder: PipelineDecoder? = nil, addedTokens: [AddedToken] = [], truncation: Truncation? = nil,
        padding: Padding? = nil,
        endOfText: String? = nil, configuration: JSONObject? = nil
    ) throws {
        self.normalizer = normalizer
        self.preTokenizer = preTokenizer
        self.model = model
        self.postProcessor = postProcessor
        self.decoder = decoder
        self.truncation = truncation
        self.padding = padding
        self.configuration = configuration
        self.addedTokens = try AddedTokens(addedTokens)
        var next = model.count
        for token in addedTokens {
            let expected = model.id(of: token.content.utf8) ?? TokenID(next)
            if model.id(of: token.content.utf8) == nil { next += 1 }
            guard token.id == expected else {
                throw TokenizerError.invalid(
                    "added token \(TokenizerError.quoted(token.content)) has the id \(token.id); expected \(expected), which tokenizers gives it"
                )
            }
        }
        let added = try AddedVocabulary(addedTokens, normalizer: normalizer)
        let frames = try PipelineFrames(postProcessor)
        (self.added, self.frames) = (added, frames)
        vocabularySize = (addedTokens.map(\.id) + frames.specialIDs).reduce(model.limit) { max($0, Int($1) + 1) }
        if let id = frames.specialIDs.first(where: { added.text(of: $0) == nil && model.piece(for: $0) == nil }) {
            warnings.append(
                "the post-processor adds the token \(id), which is not in the vocabulary and stands for no text")
        }
        guard let endOfText else {
            self.endOfText = nil
            return
        }
        guard let id = added.id(of: Array(endOfText.utf8)) ?? model.id(of: endOfText.utf8) else {
            throw TokenizerError.invalid(
                "the end of a text is \(TokenizerError.quoted(endOfText)); expected a token of the vocabulary")
        }
        self.endOfText = id
    }

    /// The same with another token that ends a document.
    func ending(with endOfText: TokenID?) throws -> PipelineTokenizer {
        let text = endOfText.flatMap { id in
            addedTokens.token(for: id)?.content ?? model.piece(for: id).map { String(decoding: $0, as: UTF8.self) }
        }
        return PipelineTokenizer(copying: self, endOfText: text == nil ? nil : endOfText)
    }

    private init(copying other: PipelineTokenizer, endOfText: TokenID?) {
        (normalizer, preTokenizer, model, postProcessor, decoder) = (
            other.normalizer, other.preTokenizer, other.model, other.postProcessor, other.decoder
        )
        (truncation, padding, addedTokens, configuration) = (
            other.truncation, other.padding, other.addedTokens, other.configuration
        )
        (added, frames, warnings, vocabularySize) = (other.added, other.frames, other.warnings, other.vocabularySize)
        self.endOfText = endOfText
    }

    /// The text of a token as the vocabulary spells it, or nil.
    func spelling(of id: TokenID) -> [UInt8]? { added.text(of: id) ?? model.piece(for: id).map { Array($0) } }

    package func piece(for id: TokenID) -> [UInt8]? {
        guard let text = spelling(of: id) else { return nil }
        var bytes: [UInt8] = []
        var chain = DecodingChain(decoder ?? .fuse, isContinuation: true, keepsBytes: true)
        // A decoder fails where its regular expression takes too long; then the token is as it is spelled.
        do {
            try chain.append(text, into: &bytes)
            try chain.finish(into: &bytes)
        } catch { return text }
        return bytes
    }

    package func id(forPiece piece: [UInt8]) -> TokenID? {
        if let id = added.id(of: piece) { return id }
        let spaced = piece.replacing([0x20], with: [0xE2, 0x96, 0x81])
        let alphabet = Array(ByteAlphabet.spelling(of: piece).utf8)
        let byte = piece.count == 1 ? BytePiece.bytes(of: piece[0]) : piece
        let trimmed = piece.first == 0x20 ? Array(piece.dropFirst()) : piece
        for candidate in [piece, spaced, alphabet, trimmed, byte] {
            if let id = model.id(of: candidate), self.piece(for: id) == piece { return id }
        }
        return model.id(of: piece)
    }
}

/// What a post-processor makes of one text and of two, with special tokens and without.
struct PipelineFrames: Sendable {
    /// By whether special tokens are added.
    private let single: [[FramePart]]
    private let pair: [Result<[FramePart], any Error>]
    /// How many special tokens each adds, which truncation leaves room for.
    let addedSingle: Int
    let addedPair: Int
    /// Whether places are without spaces.
    let trims: Bool

    init(_ postProcessor: PostProcessor?) throws {
        func parts(_ count: Int, _ addsSpecialTokens: Bool) throws -> [FramePart] {
            let texts = (0 ..< count).map { [FramePart.text(FramePart.Text(number: $0, type: $0))] }
            return try (postProcessor?.process(texts, addsSpecialTokens: addsSpecialTokens) ?? texts).flatMap { $0 }
        }
        single = [try parts(1, false), try parts(1, true)]
        // What cannot frame two texts still frames one.
        pair = [Result { try parts(2, false) }, Result { try parts(2, true) }]
        addedSingle = postProcessor?.addedTokens(isPair: false) ?? 0
        addedPair = postProcessor?.addedTokens(isPair: true) ?? 0
        trims = (single + pair.compactMap { try? $0.get() }).joined().contains {
            if case .text(let text) = $0 { !text.trims.isEmpty } else { false }
        }
    }

    /// What stands around a single text, if special tokens do and nothing else; nil for stranger templates.
    var frame: (prefix: [TokenID], suffix: [TokenID], trims: [FramePart.Trim])? {
        guard single[0].count == 1, case .text(let text) = single[0][0],
            let place = single[1].firstIndex(where: { if case .text = $0 { true } else { false } })
        else { return nil }
        func specials(_ parts: ArraySlice<FramePart>) -> [TokenID]? {
            let ids = parts.compactMap { if case .special(let id, _) = $0 { id } else { nil } }
            return ids.count == parts.count ? ids : nil
        }
        guard let prefix = specials(single[1][..<place]), let suffix = specials(single[1][(place + 1)...]) else {
            return nil
        }
        return (prefix, suffix, text.trims)
    }

    /// The special tokens that stand around texts.
    var specialIDs: [TokenID] {
        (single + pair.compactMap { try? $0.get() }).joined().compactMap {
            if case .special(let id, _) = $0 { id } else { nil }
        }
    }

    func parts(addsSpecialTokens: Bool) -> [FramePart] { single[addsSpecialTokens ? 1 : 0] }

    /// - Throws: `TokenizerError` where the post-processor cannot frame two texts.
    func pairParts(addsSpecialTokens: Bool) throws -> [FramePart] { try pair[addsSpecialTokens ? 1 : 0].get() }
}
