import OrreryTerminal
import Testing

struct BarListTests {
    private let list = BarList([
        .init("·sorted", 0.6213), .init("·list", 0.2), .init("⏎", 0.051), .init("日本", 0.002), .init("x", .nan),
        .init("y", -1),
    ])

    @Test func unicode() {
        #expect(
            list.render(width: 60, appearance: .plain) == """
                ·sorted    62.1%  ████████████████████████████████████████
                ·list      20.0%  ████████████▉
                ⏎           5.1%  ███▎
                日本        0.2%  ▏
                x           nan%
                y        -100.0%
                """)
    }

    @Test func asciiOfTheWhole() {
        let list = BarList([.init("_a", 0.5), .init("\\n", 0.25)], scale: .whole, maxBarWidth: 12)
        #expect(list.render(width: 80, appearance: .ascii) == "_a  50.0%  ######\n\\n  25.0%  ###")
        #expect(list.render(width: 16, appearance: .ascii) == "_a  50.0%  ###\n\\n  25.0%  #")
        #expect(list.render(width: 7, appearance: .ascii) == "_a  50~\n\\n  25~")
    }

    @Test func longLabelsAndColor() {
        let list = BarList([.init("·incomprehensibilities", 1, style: Style(.green))])
        #expect(
            list.render(width: 30, appearance: Appearance(colors: .ansi16, isUnicode: true))
                == "·incompre…  100.0%  \u{1B}[32m██████████\u{1B}[0m")
    }

    @Test func nothing() {
        #expect(BarList([]).render(width: 80, appearance: .plain) == "")
        #expect(BarList([.init("a", 0)]).render(width: 80, appearance: .plain) == "a  0.0%")
        #expect(list.render(width: 0, appearance: .plain) == "")
    }
}
