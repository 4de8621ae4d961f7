import Foundation
import OrreryFiles
import OrreryTerminal

/// What was typed in chats, kept for the next one: a line for each input, a backslash before `n` for a newline and
/// before a backslash.
///
/// It is a convenience: what cannot be read or written is not an error, and a file that chats cannot have made so large
/// is left alone.
package struct HistoryFile {
    package let path: String
    /// Longer inputs, such as a pasted book, are not kept.
    private static let longestEntry = 1 << 14
    /// A longer file is cut to its newest half.
    private static let largestFile = 1 << 20

    package init(path: String) { self.path = path }

    /// The file that ORRERY_HISTORY names, else one in the state directory; nil where the variable is empty.
    static func `default`() -> HistoryFile? {
        let path =
            ProcessInfo.processInfo.environment["ORRERY_HISTORY"] ?? Path.join(StateDirectory.path, "chat-history")
        return path.isEmpty ? nil : HistoryFile(path: path)
    }

    /// The newest entries. A file that has grown too long is cut.
    package func read() -> [String] {
        guard FileStatus(path)?.kind == .file, let bytes = try? WholeFile.read(path, limit: 4 * Self.largestFile) else {
            return []
        }
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        var kept = lines.suffix(InputHistory.limit)
        if bytes.count > Self.largestFile || lines.count > 2 * InputHistory.limit {
            var size = kept.reduce(0) { $0 + $1.count + 1 }
            while size > Self.largestFile / 2, let first = kept.popFirst() { size -= first.count + 1 }
            try? AtomicFile.write(Array(kept.map { $0 + [UInt8(ascii: "\n")] }.joined()), to: path)
        }
        return kept.map { Self.decoded(String(decoding: $0, as: UTF8.self)) }
    }

    /// Adds an entry in one write, so that chats at the same time do not mix theirs.
    package func append(_ text: String) {
        let line = Array((Self.encoded(text) + "\n").utf8)
        guard line.count <= Self.longestEntry, FileStatus(path).map({ $0.byteCount <= 4 * Self.largestFile }) ?? true
        else { return }
        do {
            try Directory.createAll(Path.parent(path))
            try line.withUnsafeBytes { try Descriptor.appendingPrivately(path).write($0) }
        } catch {}
    }

    private static func encoded(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func decoded(_ line: String) -> String {
        var text = "", isEscaped = false
        for character in line {
            switch (isEscaped, character) {
            case (false, "\\"): isEscaped = true
            case (true, "n"): (text, isEscaped) = (text + "\n", false)
            case (_, _): (text, isEscaped) = (text + String(character), false)
            }
        }
        return text
    }
}
