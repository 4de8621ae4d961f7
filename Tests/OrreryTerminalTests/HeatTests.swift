import OrreryTerminal
import Testing

struct HeatTests {
    private let tokens = ["def", "·binary", "_search", "(", "arr"]
    private let attention: [[Double]] = [
        [1], [0.8, 0.2], [0.6, 0.1, 0.3], [0.5, 0.05, 0.25, 0.2], [0.4, .nan, 0.1, 0.2, 0.3],
    ]

    @Test func unicode() {
        #expect(
            Heat(attention, rowLabels: tokens, columnLabels: tokens).render(width: 60, appearance: .plain) == """
                          · _
                          b s
                          i e
                          n a
                        d a r   a
                        e r c   r
                        f y h ( r
                    def ██
                ·binary ██░░
                _search ▓▓  ░░
                      ( ▒▒  ░░░░
                    arr ▒▒??  ░░░░
                        0  ░▒▓█ 1
                """)
    }

    @Test func asciiWithoutLabels() {
        #expect(
            Heat(attention).render(width: 60, appearance: .ascii) == """
                @@
                %%::
                **..--
                ++  ::::
                ==??..::--
                0  .:-=+*#%@ 1
                """)
    }

    @Test func oneColumnPerCell() {
        #expect(
            Heat(attention, rowLabels: tokens).render(width: 10, appearance: .plain) == """
                def █
                ·b… █░
                _s… ▓ ░
                  ( ▒ ░░
                arr ▒? ░░
                    0  ░▒…
                """)
    }

    @Test func columnsLeftOut() {
        let row = (0 ..< 50).map { Double($0 % 5) / 4 }
        #expect(
            Heat([row], rowLabels: ["a"]).render(width: 42, appearance: .plain) == """
                a  ░▒▓█ ░▒▓█ ░▒▓█ ░▒▓█ ░▒▓█ ░▒▓█ ░▒▓█ ░▒▓█
                  0  ░▒▓█ 1  first 40 of 50 columns
                """)
    }

    @Test func colors() {
        let text = Heat([[0, 1]]).render(width: 10, appearance: .rich)
        #expect(text.hasPrefix("\u{1B}[48;2;68;1;84m  \u{1B}[0m\u{1B}[48;2;253;231;37m  \u{1B}[0m\n0 \u{1B}["))
        let signed = Heat([[-2, 0, 2]]).render(width: 30, appearance: .rich)
        #expect(
            signed.hasPrefix(
                "\u{1B}[48;2;33;102;172m  \u{1B}[0m\u{1B}[48;2;247;247;247m  \u{1B}[0m\u{1B}[48;2;178;24;43m  \u{1B}[0m\n-2 "
            ))
        #expect(
            Heat([[0, 1]]).render(width: 10, appearance: Appearance(colors: .ansi16, isUnicode: true))
                == "  ██\n0  ░▒▓█ 1")
    }

    @Test func nothing() {
        #expect(Heat([]).render(width: 10, appearance: .plain) == "")
        #expect(Heat([[], []]).render(width: 10, appearance: .plain) == "")
        #expect(Heat(attention).render(width: 0, appearance: .plain) == "")
    }
}
