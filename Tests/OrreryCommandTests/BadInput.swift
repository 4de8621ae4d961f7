import Foundation
import Testing

/// A command line that cannot work, and what its one line must say. `@` in an argument stands for the test's directory,
/// which holds `text.txt`, and `model`, a trained one.
struct BadInput: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var status: Int32
    var says: [String]
    var files: [String: [UInt8]] = [:]
    var prelude: String?
    /// Whether the usage and an example follow the line, as where an argument is missing.
    var showsUsage = false

    var testDescription: String { (prelude.map { [$0] } ?? []).joined() + arguments.joined(separator: " ") }

    /// What a command line says that is wrong in itself.
    static func usage(_ line: String, _ says: String...) -> BadInput {
        BadInput(arguments: split(line), status: 2, says: says)
    }

    /// A command line that lacks an argument.
    static func missing(_ line: String, _ argument: String) -> BadInput {
        BadInput(arguments: split(line), status: 2, says: ["orrery: expected \(argument)\n"], showsUsage: true)
    }

    /// What comes to light only in the files.
    static func failure(
        _ line: String, _ says: String..., files: [String: String] = [:], bytes: [String: [UInt8]] = [:]
    ) -> BadInput {
        BadInput(
            arguments: split(line), status: 1, says: says,
            files: files.mapValues { Array($0.utf8) }.merging(bytes) { $1 })
    }

    func with(prelude: String) -> BadInput {
        var copy = self
        copy.prelude = prelude
        return copy
    }

    func with(file: String) -> BadInput {
        var copy = self
        copy.files[file] = [1, 2, 3]
        return copy
    }

    private static func split(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

    /// One line on standard error that says it, the status, nothing on standard output, and not a file more or less
    /// than before.
    func check() async throws {
        let scratch = try Scratch()
        try scratch.put(Example.text, at: "text.txt")
        try scratch.copy(try await Example.model.value("model"), as: "model")
        for (name, bytes) in files { try scratch.put(bytes, at: name) }
        let before = try scratch.files("")
        let outcome = try await orrery(arguments.map { $0.replacing("@", with: scratch.path + "/") }, prelude: prelude)
        outcome.expectLine(status: status, says, showsUsage: showsUsage)
        #expect(try scratch.files("") == before, "files were changed")
    }
}

extension Command.Outcome {
    /// Besides the progress of what went well before, standard error has one line that says this, or three with the
    /// usage and an example.
    func expectLine(
        status: Int32, _ says: [String], showsUsage: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(signal == nil && self.status == status, "\(errors)", sourceLocation: sourceLocation)
        let lines = errors.split(separator: "\n").filter { line in
            !["step ", "validating ", "Reading ", "Encoding "].contains { line.hasPrefix($0) }
        }
        let begins = showsUsage ? ["orrery: ", "usage: orrery ", "example: orrery "] : ["orrery: "]
        #expect(
            lines.count == begins.count && zip(lines, begins).allSatisfy { $0.hasPrefix($1) }, "\(errors)",
            sourceLocation: sourceLocation)
        for phrase in says { #expect(errors.contains(phrase), sourceLocation: sourceLocation) }
        #expect(output == "", sourceLocation: sourceLocation)
    }
}
