import OrreryFiles
import OrreryTokenizers

/// The text that a tokenizer is trained on: files, or a text in memory.
///
/// Files are mapped while they are read, so a corpus may be larger than memory.
public struct TrainingCorpus: Sendable {
    /// What is one text of the corpus. No word reaches from one into the next.
    public enum Unit: Sendable, Hashable {
        /// A whole file, as an encoder would see it.
        case document
        /// A line with its line break: what Hugging Face's `Tokenizer.train(files)` and sentencepiece feed their
        /// trainers.
        case line
    }

    /// A text of the corpus.
    enum Document: Sendable {
        case file(path: String, count: Int)
        case text([UInt8])
        case memory(Memory)

        var count: Int {
            switch self {
            case .file(_, let count): count
            case .text(let bytes): bytes.count
            case .memory(let memory): memory.bytes.count
            }
        }

        /// What errors call it.
        var name: String {
            switch self {
            case .file(let path, _): path
            case .text, .memory: "the text"
            }
        }
    }

    /// `@unchecked Sendable`: a view that is only read, and outlives the corpus by the promise of `init(_:)`.
    struct Memory: @unchecked Sendable { let bytes: UnsafeBufferPointer<UInt8> }

    let documents: [Document]
    /// What is one text of the corpus; `sentencePieceBPE` and `unigram` read lines whatever it is.
    public let unit: Unit

    /// The bytes of all texts.
    public let byteCount: Int

    /// The text of files.
    ///
    /// - Parameters:
    ///   - files: paths of text files; their order does not matter to what is learnt. Empty files are left out.
    ///   - unit: what is one text: a file, or a line.
    /// - Throws: `TokenizerError` naming a path that is not a file, or saying that there is no text at all.
    public init(files: [String], unit: Unit = .document) throws {
        var documents: [Document] = []
        var total = 0
        for path in files {
            guard let status = FileStatus(path) else {
                throw TokenizerError.file(path, "no such file; expected a text file")
            }
            guard status.kind == .file else {
                throw TokenizerError.file(path, "is not a regular file; expected a text file")
            }
            guard status.byteCount > 0 else { continue }
            documents.append(.file(path: path, count: status.byteCount))
            let (sum, overflow) = total.addingReportingOverflow(status.byteCount)
            guard !overflow else { throw TokenizerError.file(path, "makes the corpus larger than \(Int.max) bytes") }
            total = sum
        }
        guard total > 0 else {
            throw TokenizerError.invalid("there is no text to train on; expected a file that is not empty")
        }
        self.documents = documents
        self.unit = unit
        byteCount = total
    }

    /// A text in memory.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - unit: what is one text: all of it, or a line.
    /// - Throws: `TokenizerError` if the text is empty.
    public init(text: String, unit: Unit = .document) throws {
        guard !text.isEmpty else { throw Self.noText }
        documents = [.text(Array(text.utf8))]
        self.unit = unit
        byteCount = text.utf8.count
    }

    private static var noText: TokenizerError { .invalid("there is no text to train on; expected some") }

    /// One text in memory.
    ///
    /// - Precondition: the bytes outlive the corpus.
    package init(_ text: UnsafeBufferPointer<UInt8>, unit: Unit = .document) throws {
        guard text.count > 0 else { throw Self.noText }
        documents = [.memory(Memory(bytes: text))]
        self.unit = unit
        byteCount = text.count
    }
}

extension TrainingCorpus {
    /// The paths of the text files in a directory and those below it, in order. Names that start with a dot are left
    /// out, and so are files that are empty or have a zero byte in their first 8 KB, which are not text.
    ///
    /// - Throws: `FileError` naming what cannot be read.
    public static func textFiles(in directory: String) throws -> [String] {
        try Directory.names(in: directory).filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let path = Path.join(directory, name)
            switch FileStatus(path)?.kind {
            // A link to a directory may lead in a circle.
            case .directory where FileStatus(path, followingLinks: false)?.kind == .directory:
                return try textFiles(in: path)
            case .file: return try isText(path) ? [path] : []
            default: return []
            }
        }
    }

    private static func isText(_ path: String) throws -> Bool {
        try MappedFile(path: path).withUnsafeBytes { !$0.isEmpty && !$0.prefix(8192).contains(0) }
    }
}
