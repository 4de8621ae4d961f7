/// One token per byte: 256 ids that equal the byte values, and special tokens from 256 on.
///
/// Takes any bytes whatever, so there is no text that it cannot encode and no unknown token.
package struct ByteTokenizer: Tokenizer {
    package let addedTokens: AddedTokens
    package let endOfText: TokenID?

    /// - Parameters:
    ///   - endOfText: the text of the token that ends a document: id 256.
    ///   - specialTokens: the texts of further ones, in the order of their ids.
    /// - Throws: `TokenizerError` if one is empty, there twice, or cannot be told from bytes in a `tokenizer.json`.
    package init(endOfText: String? = nil, specialTokens: [String] = []) throws {
        let contents = (endOfText.map { [$0] } ?? []) + specialTokens
        let tokens = contents.enumerated().map { AddedToken(id: TokenID(256 + $0), content: $1) }
        try self.init(addedTokens: try AddedTokens(tokens), endOfText: endOfText == nil ? nil : 256)
    }

    /// - Precondition: the ids of `addedTokens` are 256, 257, ... in any order.
    init(addedTokens: AddedTokens, endOfText: TokenID?) throws {
        if let token = addedTokens.first(where: { ByteAlphabet.wouldDecodeDifferently($0.content) }) {
            throw TokenizerError.invalid(
                "special token \"\(token.content)\" is spelled in GPT-2's byte alphabet; expected ASCII or a character outside it"
            )
        }
        self.addedTokens = addedTokens
        self.endOfText = endOfText
    }

    package var vocabularySize: Int { 256 + addedTokens.count }

    package func piece(for id: TokenID) -> [UInt8]? {
        if let byte = UInt8(exactly: id) { return [byte] }
        return addedTokens.token(for: id).map { Array($0.content.utf8) }
    }

    package func id(forPiece piece: [UInt8]) -> TokenID? {
        addedTokens.id(forContent: piece) ?? (piece.count == 1 ? TokenID(piece[0]) : nil)
    }

    package func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, into encoding: inout Encoding
    ) throws {
        let first = encoding.ids.count
        encoding.ids.reserveCapacity(encoding.ids.count + utf8.count)
        addedTokens.forEachSegment(of: utf8, recognizesSpecialTokens: options.recognizesSpecialTokens) { segment in
            switch segment {
            case .token(let id, let range):
                encoding.append(id, range)
            case .ordinary(let range):
                encoding.ids.append(contentsOf: utf8[range].lazy.map(TokenID.init))
                if encoding.recordsByteRanges {
                    encoding.byteRanges.append(contentsOf: range.lazy.map { $0 ..< $0 + 1 })
                }
            }
        }
        try encoding.truncate(from: first, options, added: 0)
    }

    package func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws {
        if let byte = UInt8(exactly: id) {
            bytes.append(byte)
        } else if let token = addedTokens.token(for: id) {
            bytes.append(contentsOf: token.content.utf8)
        } else {
            throw TokenizerError.unknownID(id, vocabularySize: vocabularySize)
        }
    }
}
