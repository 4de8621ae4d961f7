import Foundation
import OrreryFiles
import Testing

/// A directory of its own for each test, removed with the value.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "orrery-files-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { path + "/" + name }

    @discardableResult
    func put(_ text: String, at name: String) throws -> String { try put(Array(text.utf8), at: name) }

    @discardableResult
    func put(_ bytes: [UInt8], at name: String) throws -> String {
        let file = self(name)
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: self(name), encoding: .utf8) }

    func names(_ directory: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self(directory)).sorted()
    }
}

/// Runs `body`, which must throw a `FileError`, and returns its line.
func line<Result>(_ body: () throws -> Result, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    do {
        _ = try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        return ""
    } catch {
        if !(error is FileError) { Issue.record("\(error) is no FileError", sourceLocation: sourceLocation) }
        let text = "\(error)"
        #expect(!text.contains("\n"), sourceLocation: sourceLocation)
        return text
    }
}
