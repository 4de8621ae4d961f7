/// What the environment's variables say about a stream. Pure, so that every rule can be tested.
package struct TerminalEnvironment: Sendable {
    private let variables: [String: String]
    private let isTerminal: Bool

    package init(variables: [String: String], isTerminal: Bool) {
        self.variables = variables
        self.isTerminal = isTerminal
    }

    /// Whether the cursor can be moved back over what was written.
    package var canRedraw: Bool { isTerminal && value("TERM") != "dumb" }

    package var appearance: Appearance { Appearance(colors: colors, isUnicode: isUnicode) }

    /// COLUMNS, where it is a sensible number.
    package var columns: Int? {
        value("COLUMNS").flatMap { Int($0) }.flatMap { (1 ... 10_000).contains($0) ? $0 : nil }
    }

    /// NO_COLOR (no-color.org) is above CLICOLOR_FORCE and CLICOLOR (bixense.com/clicolors), and those are above the
    /// terminal.
    private var colors: ColorDepth {
        if value("NO_COLOR") != nil { return .none }
        let isForced = value("CLICOLOR_FORCE").map { $0 != "0" } ?? false
        guard isForced || (canRedraw && value("CLICOLOR") != "0") else { return .none }
        let term = value("TERM") ?? ""
        if ["truecolor", "24bit"].contains(value("COLORTERM")) || term.hasSuffix("-direct") { return .trueColor }
        return term.contains("256color") ? .ansi256 : .ansi16
    }

    /// The first of LC_ALL, LC_CTYPE and LANG that is set decides (POSIX, 8.2). The Linux console has no braille in its
    /// font.
    private var isUnicode: Bool {
        if isTerminal, value("TERM") == "linux" { return false }
        guard let locale = value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") else { return Self.isUnicodeByDefault }
        let name = locale.lowercased()
        return name.contains("utf-8") || name.contains("utf8")
    }

    private func value(_ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    #if canImport(Darwin)
    private static let isUnicodeByDefault = true
    #else
    private static let isUnicodeByDefault = false
    #endif
}
