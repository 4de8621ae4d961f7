/// The error for a file that cannot be read or written: one line that gives the file, the byte or field, what was
/// expected, and what to do about it.
///
///     model.safetensors: byte 8: expected '{' to open the header, found byte 0x5B
///     config.json: field "hidden_size": expected an integer, found "64"
///     /data/m: cannot open for reading: permission denied; check who owns it (ls -l)
///
/// The text is safe to print: control characters that a hostile name or header brings along are escaped.
public struct FileError: Error, CustomStringConvertible, Sendable {
    private enum Code: Sendable, Equatable {
        case system(CInt)
        case content
        case space
        case request
    }

    private let code: Code
    private let place: String?
    private let problem: String
    private let advice: String?

    /// The path of the file or directory at fault, as the caller named it.
    public let path: String

    private init(_ code: Code, path: String, place: String? = nil, problem: String, advice: String? = nil) {
        (self.code, self.path, self.place, self.problem, self.advice) = (code, path, place, problem, advice)
    }

    /// The message, which begins with the path.
    public var description: String {
        var line = "\(Self.oneLine(path)): "
        if let place { line += "\(place): " }
        line += problem
        if let advice { line += "; \(advice)" }
        return line
    }

    /// Whether the file, or a directory on the way to it, does not exist.
    public var isNotFound: Bool { code == .system(Errno.notFound) }

    /// Whether the disk was, or would have been, too small.
    public var isOutOfSpace: Bool { code == .space || code == .system(Errno.noSpace) }

    /// Whether there was something where nothing should be.
    package var isAlreadyThere: Bool { code == .system(Errno.exists) }

    /// Whether the file was read but does not hold what it must.
    public var isMalformed: Bool { code == .content }
}

// MARK: - What went wrong

extension FileError {
    /// The operating system refused `action` ("open for reading") with the error number `errno`.
    package static func system(_ action: String, _ path: String, errno: CInt) -> FileError {
        FileError(
            .system(errno), path: path, problem: "cannot \(action): \(Errno.text(errno))", advice: Errno.advice(errno))
    }

    /// The content is wrong at one byte, counted from the start of the file.
    package static func byte(
        _ offset: Int, of path: String, expected: String, found: String? = nil, advice: String? = nil
    ) -> FileError {
        FileError(.content, path: path, place: "byte \(offset)", problem: sentence(expected, found), advice: advice)
    }

    /// The content is wrong in one named field, tensor or entry.
    package static func field(
        _ name: String, of path: String, expected: String, found: String? = nil, advice: String? = nil
    ) -> FileError {
        FileError(
            .content, path: path, place: "field \(quoted(name))", problem: sentence(expected, found), advice: advice)
    }

    /// The description of one tensor is wrong.
    package static func tensor(
        _ name: String, of path: String, expected: String, found: String? = nil, advice: String? = nil
    ) -> FileError {
        FileError(
            .content, path: path, place: "tensor \(quoted(name))", problem: sentence(expected, found), advice: advice)
    }

    /// The file as a whole is not what it must be.
    package static func content(
        _ path: String, expected: String, found: String? = nil, advice: String? = nil
    ) -> FileError {
        FileError(.content, path: path, problem: sentence(expected, found), advice: advice)
    }

    /// The disk has `available` bytes where `needed` are wanted.
    package static func space(_ path: String, needed: Int, available: Int) -> FileError {
        let problem = "needs \(ByteCount.text(needed)) of disk space, \(ByteCount.text(available)) are free"
        return FileError(.space, path: path, problem: problem, advice: "free some, or choose another disk")
    }

    /// The caller asked for something that cannot be written, or for a name that is not there.
    package static func request(_ path: String, _ problem: String, advice: String? = nil) -> FileError {
        FileError(.request, path: path, problem: problem, advice: advice)
    }

    private static func sentence(_ expected: String, _ found: String?) -> String {
        found.map { "expected \(expected), found \($0)" } ?? "expected \(expected)"
    }
}

extension FileError {
    /// The same error about the file that the user knows.
    package func renamed(_ path: String) -> FileError {
        FileError(code, path: path, place: place, problem: problem, advice: advice)
    }
}

// MARK: - Text that came out of a file

extension FileError {
    /// A name from a file, in quotes, on one line and of bounded length.
    package static func quoted(_ text: some StringProtocol) -> String { "\"\(oneLine(text))\"" }

    /// Control characters and line separators are escaped, so that a name can neither forge a second line nor drive a
    /// terminal.
    package static func oneLine(_ text: some StringProtocol, limit: Int = 200) -> String {
        var line = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == limit { return line + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                line += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                line.unicodeScalars.append(scalar)
            }
        }
        return line
    }
}
