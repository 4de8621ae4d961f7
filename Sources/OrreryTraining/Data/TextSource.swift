import Foundation
import OrreryDemo
import OrreryFiles

/// Where training text comes from: `orrery train --data FILE|DIR|demo`.
public struct TextSource: Sendable, Hashable {
    /// As the user gave it.
    public let argument: String

    public init(_ argument: String) { self.argument = argument }

    /// A file called demo is reached as `./demo`.
    public var isDemo: Bool { argument == "demo" }

    /// The whole text as UTF-8 bytes; a directory's text files one after another, in the order of their paths.
    public func read() throws -> [UInt8] {
        if isDemo { return Array(DemoCorpus().text().utf8) }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: argument, isDirectory: &isDirectory) else {
            throw TrainingError.data(argument, "no such file; expected a text file, a directory of text files, or demo")
        }
        if isDirectory.boolValue { return try readDirectory() }
        let bytes = try WholeFile.read(argument, limit: 1 << 36)
        guard !bytes.isEmpty else { throw TrainingError.data(argument, "the file is empty; expected text") }
        return bytes
    }

    private func readDirectory() throws -> [UInt8] {
        var text: [UInt8] = [], found = 0
        let names = (FileManager.default.enumerator(atPath: argument)?.compactMap { $0 as? String } ?? []).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in names {
            let path = argument + "/" + name
            guard !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }), FileStatus(path)?.kind == .file else { continue }
            let bytes = try WholeFile.read(path, limit: 1 << 36)
            guard !bytes.isEmpty, !bytes.prefix(8192).contains(0) else { continue }  // a zero byte says that it is no text
            if found > 0 { text += Array("\n".utf8) }
            text += bytes
            found += 1
        }
        guard found > 0 else { throw TrainingError.data(argument, "no text file in this directory; expected at least one file that is not empty and has no zero bytes") }
        return text
    }
}
