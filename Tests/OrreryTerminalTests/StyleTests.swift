import OrreryTerminal
import Testing

struct StyleTests {
    private let esc = "\u{1B}["

    @Test func nothingWithoutColors() {
        #expect(Style(.red, isBold: true).applied(to: "x", depth: .none) == "x")
        #expect(Appearance.ascii.paint("x", .failure) == "x")
    }

    @Test func nothingAroundNothing() {
        #expect(Style.bold.applied(to: "", depth: .trueColor) == "")
        #expect(Style.plain.applied(to: "x", depth: .trueColor) == "x")
    }

    @Test func parameters() {
        #expect(Style.training.applied(to: "x", depth: .ansi16) == "\(esc)36mx\(esc)0m")
        let all = Style(.theme(9), on: .theme(15), isBold: true, isDim: true, isUnderlined: true)
        #expect(all.applied(to: "x", depth: .ansi16) == "\(esc)1;2;4;91;107mx\(esc)0m")
    }

    @Test func exactColorsComeToWhatTheTerminalHas() {
        let style = Style(.rgb(250, 10, 10), on: .rgb(128, 128, 128))
        #expect(style.applied(to: "x", depth: .trueColor) == "\(esc)38;2;250;10;10;48;2;128;128;128mx\(esc)0m")
        #expect(style.applied(to: "x", depth: .ansi256) == "\(esc)38;5;196;48;5;244mx\(esc)0m")
        #expect(style.applied(to: "x", depth: .ansi16) == "\(esc)91;100mx\(esc)0m")
    }

    @Test(arguments: [(0, 16), (255, 231), (8, 232), (238, 255)] as [(UInt8, Int)])
    func grays(level: UInt8, index: Int) {
        #expect(Style(.rgb(level, level, level)).applied(to: "x", depth: .ansi256) == "\(esc)38;5;\(index)mx\(esc)0m")
    }
}
