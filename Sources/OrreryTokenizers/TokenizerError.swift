import OrreryFiles

/// The error for a text, an id or a tokenizer's file that cannot be used: one line that names the place and says what was
/// expected.
public struct TokenizerError: Error, Sendable, Hashable, CustomStringConvertible {
    private enum Code: Hashable {
        case unknownCharacter(Unicode.Scalar, byteOffset: Int, characters: Int)
        case invalidUTF8(byteOffset: Int)
        case unknownID(TokenID, vocabularySize: Int)
        case invalid(String)
        case file(path: String, problem: String)
        case container(line: String)
    }

    private let code: Code

    /// A character that the vocabulary lacks.
    static func unknownCharacter(_ scalar: Unicode.Scalar, byteOffset: Int, characters: Int) -> TokenizerError {
        TokenizerError(code: .unknownCharacter(scalar, byteOffset: byteOffset, characters: characters))
    }

    /// Text that is not UTF-8.
    static func invalidUTF8(byteOffset: Int) -> TokenizerError {
        TokenizerError(code: .invalidUTF8(byteOffset: byteOffset))
    }

    /// An id that stands for nothing.
    static func unknownID(_ id: TokenID, vocabularySize: Int) -> TokenizerError {
        TokenizerError(code: .unknownID(id, vocabularySize: vocabularySize))
    }

    /// A byte that a byte-level vocabulary lacks; `wordStart` is the place of the word that it is in.
    static func byteWithoutToken(_ byte: UInt8, wordStart: Int) -> TokenizerError {
        .invalid(
            "byte 0x\(String(byte, radix: 16, uppercase: true)) has no token in this vocabulary; the word at byte \(wordStart) cannot be encoded"
        )
    }

    /// An argument that no tokenizer can be made from.
    package static func invalid(_ problem: String) -> TokenizerError {
        TokenizerError(code: .invalid(problem))
    }

    /// A file that is not a tokenizer known here.
    package static func file(_ path: String, _ problem: String) -> TokenizerError {
        TokenizerError(code: .file(path: path, problem: problem))
    }

    /// What the container of a tokenizer (JSON, GGUF) found wrong with itself.
    init(_ error: FileError) { self.init(code: .container(line: "\(error)")) }

    private init(code: Code) { self.code = code }

    /// Whether the description starts with a path.
    var namesFile: Bool {
        switch code {
        case .file, .container: true
        default: false
        }
    }

    /// Runs `body`, whose errors become one that names `path`.
    static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FileError {
            throw TokenizerError(error)
        } catch let error as TokenizerError where !error.namesFile {
            throw TokenizerError.file(path, error.description)
        }
    }

    /// The message, on one line.
    public var description: String {
        switch code {
        case .unknownCharacter(let scalar, let byteOffset, let characters):
            "character \(Self.name(of: scalar)) at byte \(byteOffset) is not among the \(characters) characters of the vocabulary"
        case .invalidUTF8(let byteOffset):
            "byte \(byteOffset) of the text is not valid UTF-8; expected UTF-8"
        case .unknownID(let id, let vocabularySize):
            "token id \(id) stands for nothing; expected an id of the vocabulary, 0 ..< \(vocabularySize)"
        case .invalid(let problem):
            problem
        case .file(let path, let problem):
            "\(FileError.oneLine(path)): \(problem)"
        case .container(let line):
            line
        }
    }

    /// Text from a file or a user in quotes, on one line and of bounded length.
    package static func quoted(_ text: String) -> String { FileError.quoted(text) }

    /// `U+00E9 "é"`, and without the quoted part for what would not show on one line.
    static func name(of scalar: Unicode.Scalar) -> String {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse,
            .nonspacingMark, .enclosingMark, .spacingMark:
            return code
        default:
            return "\(code) \"\(scalar)\""
        }
    }
}
