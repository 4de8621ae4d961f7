import OrreryTerminal
import Testing

struct TokenStripTests {
    private let strip = TokenStrip(["def", " binary", "_search", "(arr", "):", "\n", "    ", "return", " None"])

    @Test func plain() {
        #expect(strip.render(width: 30, appearance: .plain) == "def|·binary|_search|(arr|):|⏎\n····|return|·None")
        #expect(strip.render(width: 30, appearance: .ascii) == "def|_binary|_search|(arr|):|\\n\n____|return|_None")
    }

    @Test func broken() {
        #expect(strip.render(width: 12, appearance: .plain) == "def|·binary\n_search|(arr\n):|⏎\n····|return\n·None")
        #expect(
            strip.render(width: 4, appearance: .plain)
                == "def\n·bin\nary\n_sea\nrch\n(arr\n):|⏎\n····\nretu\nrn\n·Non\ne")
        #expect(TokenStrip(["日本"]).render(width: 1, appearance: .plain) == "日\n本")
    }

    @Test func alternatingBackgrounds() {
        let text = TokenStrip(["a", "b"]).render(width: 10, appearance: .rich)
        #expect(text == "\u{1B}[38;2;0;0;0;48;2;255;215;175ma\u{1B}[0m\u{1B}[38;2;0;0;0;48;2;175;215;255mb\u{1B}[0m")
    }

    @Test func shadedWithoutColors() {
        let strip = TokenStrip(["The", " server", " crashed", " because", " of"], values: [0.9, 0.1, 0.5, 0.02, 0])
        #expect(
            strip.render(width: 24, appearance: .plain) == """
                The|·server|·crashed
                ███         ▒▒▒▒▒▒▒▒
                ·because|·of

                0  ░▒▓█ 0.9000
                """)
    }

    @Test func shaded() {
        let text = TokenStrip(["a", "b", "c"], values: [0, 1, .nan], range: 0 ... 1).render(
            width: 60, appearance: .rich)
        #expect(
            text.hasPrefix(
                "\u{1B}[38;2;255;255;255;48;2;68;1;84ma\u{1B}[0m\u{1B}[38;2;0;0;0;48;2;253;231;37mb\u{1B}[0mc\n0 "))
    }

    @Test func partialCharactersAndNothing() {
        #expect(TokenStrip([[0xE6, 0x97], [0xA5], []]).render(width: 20, appearance: .plain) == "\\xE6\\x97|\\xA5|")
        #expect(TokenStrip([] as [String]).render(width: 20, appearance: .plain) == "")
        #expect(strip.render(width: 0, appearance: .plain) == "")
    }
}
