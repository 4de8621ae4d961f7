import Foundation
import OrreryFiles

/// Where the text comes from.
enum TokenizeSource {
    case file(MappedFile)
    case bytes([UInt8], name: String)

    /// - Parameters:
    ///   - file: a path; `-` or nothing is standard input. What is a pipe is read to its end.
    ///   - text: the text itself, in place of a file.
    init(file: String?, text: String?) throws {
        if let text {
            self = .bytes(Array(text.utf8), name: "the text")
        } else if let file, file != "-" {
            // A pipe, as a shell makes of <(command), cannot be mapped.
            let isPipe = FileStatus(file)?.kind == .other
            self = try isPipe ? .bytes(WholeFile.read(file, limit: 1 << 36), name: file) : .file(MappedFile(path: file))
        } else {
            self = .bytes(Array(FileHandle.standardInput.readDataToEndOfFile()), name: "standard input")
        }
    }

    var name: String {
        switch self {
        case .file(let file): Path.name(file.path)
        case .bytes(_, let name): name
        }
    }

    func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) throws -> Result {
        switch self {
        case .file(let file): try file.withUnsafeBytes { try body($0.assumingMemoryBound(to: UInt8.self)) }
        case .bytes(let bytes, _): try bytes.withUnsafeBufferPointer(body)
        }
    }
}
