import Foundation
import OrreryTerminal

/// Standard input, read to its end.
enum StandardInput {
    /// Gives a program that was started without a standard input an empty one, before another file takes its number.
    static func open() {
        if fcntl(0, F_GETFD) == -1 { _ = Foundation.open("/dev/null", O_RDONLY) }
    }

    /// - Throws: `InputError` where it cannot be read, or is not UTF-8.
    static func text() throws -> String {
        let data: Data?
        do { data = try FileHandle.standardInput.readToEnd() } catch {
            throw InputError("standard input: cannot be read: \(error.localizedDescription)")
        }
        guard let text = String(validating: data ?? Data(), as: UTF8.self) else {
            throw InputError("standard input: expected UTF-8 text")
        }
        return text
    }
}

/// What is wrong with something that is not a file.
struct InputError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
