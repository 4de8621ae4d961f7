import OrreryTerminal
import Testing

struct TokenTextTests {
    @Test(
        arguments: [
            (Array(" the".utf8), "·the", "_the"), (Array("\n\t".utf8), "⏎→", "\\n\\t"),
            (Array("é".utf8), "é", "\\xC3\\xA9"),
            ([0x00, 0x1B, 0x7F], "\\x00\\x1B\\x7F", "\\x00\\x1B\\x7F"), ([0xE6, 0x97], "\\xE6\\x97", "\\xE6\\x97"),
            ([0xA5, 0x61], "\\xA5a", "\\xA5a"), ([0x61, 0xF0, 0x9F, 0x62], "a\\xF0\\x9Fb", "a\\xF0\\x9Fb"),
            ([0xC0, 0x80], "\\xC0\\x80", "\\xC0\\x80"), ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80", "\\xED\\xA0\\x80"),
            (Array("\u{202E}x".utf8), "\\xE2\\x80\\xAEx", "\\xE2\\x80\\xAEx"),
            (Array("\u{85}".utf8), "\\xC2\\x85", "\\xC2\\x85"),
            (Array("\r\n".utf8), "\\x0D⏎", "\\x0D\\n"), ([], "", ""),
        ] as [([UInt8], String, String)])
    func visible(bytes: [UInt8], unicode: String, ascii: String) {
        #expect(TokenText.visible(bytes) == unicode)
        #expect(TokenText.visible(bytes, isUnicode: false) == ascii)
    }

    @Test func joinersOnlyBetweenWhatTheyJoin() {
        #expect(TokenText.visible("👨\u{200D}👩") == "👨\u{200D}👩")
        #expect(TokenText.visible("\u{200D}👩") == "\\xE2\\x80\\x8D👩")
        #expect(TokenText.visible("👨\u{200D}") == "👨\\xE2\\x80\\x8D")
    }

    @Test func aMarkWithoutItsLetter() {
        #expect(TokenText.visible("\u{301}a") == "\u{25CC}\u{301}a")
    }

    @Test func everyByteAloneIsSafe() {
        for byte in UInt8.min ... UInt8.max {
            let text = TokenText.visible([byte], isUnicode: false)
            #expect(text.utf8.allSatisfy { (0x21 ... 0x7E).contains($0) } && !text.isEmpty)
        }
    }
}
