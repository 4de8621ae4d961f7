import Foundation
import Testing

/// README.md is a script: every command in its `sh` blocks runs, in order, in one directory, on what those before it
/// made.
///
/// Lines that begin with `swift`, or that take something from `.build`, are left out: they are what made the program
/// under test. Times and steps are shortened by `shortened`, which is all that differs from what a reader types.
@Suite struct ReadmeTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func commands() throws -> [String] {
        let text = try String(contentsOf: repository.appendingPathComponent("README.md"), encoding: .utf8)
        var commands: [String] = [], isScript = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") { isScript = line == "```sh" } else if isScript { commands.append(String(line)) }
        }
        return commands.filter { !$0.isEmpty && !$0.hasPrefix("swift ") && !$0.contains(".build/") }
    }

    /// Seconds of training instead of minutes, few steps where no time is given, and products for a thousandth of a
    /// second each.
    static func shortened(_ command: String) -> String {
        var command = command.replacing(/--time ([0-9]+)m/) { "--time " + $0.output.1 }.replacing(
            /--steps [0-9]+/, with: "--steps 12")
        command = command.replacing(/^orrery( +#.*)?$/) { _ in "orrery quickstart --seconds 2" }
        if command.hasPrefix("orrery train "), !command.contains(/--(time|steps|resume)[ ]/) {
            command.insert(contentsOf: " --steps 12", at: command.index(command.startIndex, offsetBy: 12))
        }
        return command.replacing("orrery bench kernels", with: "orrery bench kernels --seconds 0.001")
    }

    @Test func runs() async throws {
        let scratch = try Scratch()
        for name in ["README.md", "docs"] {
            try scratch.copy(Self.repository.appendingPathComponent(name).path, as: name)
        }
        let commands = try Self.commands()
        #expect(commands.count > 20)
        for command in commands {
            let outcome = try await shell(Self.shortened(command), in: scratch.path)
            try #require(outcome.status == 0, "\(command)\n\(outcome.output)\(outcome.errors)")
        }
    }
}
