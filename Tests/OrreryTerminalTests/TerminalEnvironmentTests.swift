import OrreryTerminal
import Testing

struct TerminalEnvironmentTests {
    @Test(
        arguments: [
            ([:], true, ColorDepth.ansi16),
            ([:], false, .none),
            (["TERM": "xterm-256color"], true, .ansi256),
            (["TERM": "xterm-256color", "COLORTERM": "truecolor"], true, .trueColor),
            (["TERM": "xterm-direct"], true, .trueColor),
            (["TERM": "dumb"], true, .none),
            (["TERM": "xterm", "NO_COLOR": "1"], true, .none),
            (["TERM": "xterm", "NO_COLOR": ""], true, .ansi16),
            (["TERM": "xterm", "CLICOLOR": "0"], true, .none),
            (["TERM": "xterm", "CLICOLOR_FORCE": "1"], false, .ansi16),
            (["TERM": "xterm", "CLICOLOR_FORCE": "0"], false, .none),
            (["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], true, .none),
        ] as [([String: String], Bool, ColorDepth)])
    func colors(variables: [String: String], isTerminal: Bool, depth: ColorDepth) {
        #expect(TerminalEnvironment(variables: variables, isTerminal: isTerminal).appearance.colors == depth)
    }

    @Test(arguments: [
        (["LANG": "en_US.UTF-8"], true), (["LANG": "C.utf8"], true), (["LANG": "C"], false),
        (["LC_ALL": "C", "LANG": "en_US.UTF-8"], false),
        (["LC_ALL": "", "LC_CTYPE": "de_CH.UTF-8", "LANG": "C"], true),
        (["LANG": "en_US.UTF-8", "TERM": "linux"], false),
    ])
    func unicode(variables: [String: String], isUnicode: Bool) {
        #expect(TerminalEnvironment(variables: variables, isTerminal: true).appearance.isUnicode == isUnicode)
    }

    @Test(
        arguments: [("132", 132), ("0", nil), ("-5", nil), ("wide", nil), ("99999999999999999999", nil), ("", nil)]
            as [(String, Int?)])
    func columns(value: String, columns: Int?) {
        #expect(TerminalEnvironment(variables: ["COLUMNS": value], isTerminal: false).columns == columns)
    }

    @Test func redrawing() {
        #expect(TerminalEnvironment(variables: ["TERM": "xterm"], isTerminal: true).canRedraw)
        #expect(!TerminalEnvironment(variables: ["TERM": "dumb"], isTerminal: true).canRedraw)
        #expect(!TerminalEnvironment(variables: ["TERM": "xterm"], isTerminal: false).canRedraw)
    }

    @Test func standardStreamsAnswer() {
        #expect(Terminal.standardOutput.width >= 1)
        #expect(Terminal.standardError.width >= 1)
        #expect(Terminal(isTerminal: true, appearance: .plain, width: { -3 }, write: { _ in }).width == 1)
    }
}
