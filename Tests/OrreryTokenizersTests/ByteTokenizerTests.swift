import OrreryTokenizers
import Testing

@Suite struct ByteTokenizerTests {
    @Test func idsAreTheBytes() throws {
        let tokenizer = try ByteTokenizer()
        #expect(tokenizer.vocabularySize == 256)
        for text in nastyTexts {
            let ids = try tokenizer.encode(text)
            #expect(ids == text.utf8.map(TokenID.init))
            #expect(try tokenizer.decodeBytes(ids) == Array(text.utf8))
        }
        #expect(
            (0 ..< 256).allSatisfy {
                tokenizer.piece(for: $0) == [UInt8($0)] && tokenizer.id(forPiece: [UInt8($0)]) == $0
            })
    }

    @Test func bytesThatAreNoTextAreTokensToo() throws {
        let tokenizer = try ByteTokenizer()
        let ids = try [0xFF, 0xC3, 0].withUnsafeBufferPointer { try tokenizer.encode($0) }
        #expect(ids == [0xFF, 0xC3, 0])
        #expect(try tokenizer.decode([0xFF, 0xC3, 97]) == "\u{FFFD}\u{FFFD}a")
    }

    @Test func specialTokensFollow() throws {
        let tokenizer = try ByteTokenizer(endOfText: "<|end|>", specialTokens: ["<|end|>!", "é\u{FF5C}"])
        #expect(tokenizer.endOfText == 256)
        #expect(tokenizer.vocabularySize == 259)
        // The longest that fits wins.
        let encoding = try tokenizer.encodeWithByteRanges("a<|end|>!<|end|>")
        #expect(encoding.ids == [97, 257, 256])
        #expect(encoding.byteRanges == [0 ..< 1, 1 ..< 9, 9 ..< 16])
        let ordinary = try tokenizer.encode("<|end|>", options: EncodingOptions(recognizesSpecialTokens: false))
        #expect(ordinary == "<|end|>".utf8.map(TokenID.init))
        #expect(try tokenizer.decode([97, 256, 98], skipsSpecialTokens: true) == "ab")
        #expect(message { _ = try tokenizer.decode([259]) }?.contains("token id 259") == true)
    }

    @Test func aSpecialTokenInTheByteAlphabetIsRefused() {
        #expect(message { _ = try ByteTokenizer(endOfText: "Ġ") }?.contains("byte alphabet") == true)
        #expect(message { _ = try ByteTokenizer(specialTokens: ["x", "x"]) }?.contains("twice") == true)
    }
}
