import OrreryTokenizers
import Testing

@Suite struct StreamingDecoderTests {
    @Test func noHalfCharacterIsEmitted() throws {
        var decoder = StreamingDecoder(try ByteTokenizer())
        #expect(try decoder.append(0xF0) == "")
        #expect(try decoder.append(0x9F) == "")
        #expect(try decoder.append(0x98) == "")
        #expect(try decoder.append(0x80) == "😀")
        #expect(try decoder.append(0xE2) == "")
        #expect(try decoder.append(0x41) == "\u{FFFD}A")
        #expect(try decoder.append(0xC3) == "")
        #expect(try decoder.finish() == "\u{FFFD}")
        #expect(try decoder.finish() == "")
    }

    @Test func specialTokensCanBeLeftOut() throws {
        var decoder = StreamingDecoder(try ByteTokenizer(endOfText: "<|end|>"), skipsSpecialTokens: true)
        #expect(try decoder.append(256) == "")
        #expect(try decoder.append(97) == "a")
        #expect(throws: TokenizerError.self) { try decoder.append(257) }
    }

    /// Every string of up to four bytes from those where the rules of UTF-8 change.
    @Test func piecesJoinedAreTheWholeDecoded() {
        let edges: [UInt8] = [
            0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5,
        ]
        var mismatches = 0
        for index in 0 ..< edges.count * edges.count * edges.count * edges.count {
            let bytes = [index, index / 17, index / 289, index / 4913].map { edges[$0 % 17] }
            var assembler = UTF8Assembler()
            var joined = bytes.map { assembler.append([$0]) }.joined()
            joined += assembler.finish()
            let whole = String(decoding: bytes, as: UTF8.self)
            if !joined.utf8.elementsEqual(whole.utf8) { mismatches += 1 }
        }
        #expect(mismatches == 0)
    }

    @Test(arguments: 1 ... 5) func piecesOfAnySizeJoin(size: Int) throws {
        let bytes = Array((nastyTexts.joined() + "é").utf8) + [0xE2, 0x82]
        var assembler = UTF8Assembler()
        var joined = ""
        for start in stride(from: 0, to: bytes.count, by: size) {
            let text = assembler.append(bytes[start ..< min(start + size, bytes.count)])
            #expect(!text.unicodeScalars.contains("\u{FFFD}"))
            joined += text
        }
        #expect(assembler.isWaiting)
        joined += assembler.finish()
        #expect(joined.utf8.elementsEqual(String(decoding: bytes, as: UTF8.self).utf8))
    }

    /// A stream of tokens gives what decoding them at once gives, every scalar included.
    @Test func everyScalarSurvivesTheCharacterTokenizer() throws {
        let scalars = (0 ... 0x10FFFF).compactMap { Unicode.Scalar(UInt32($0)) }
        let tokenizer = try CharacterTokenizer(characters: scalars)
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        let ids = try tokenizer.encode(text)
        #expect(ids == (0 ..< TokenID(scalars.count)).map { $0 })
        #expect(try tokenizer.decodeBytes(ids) == Array(text.utf8))
    }
}
