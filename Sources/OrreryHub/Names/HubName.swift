import OrreryFiles

/// The name of a model on a hub: `owner/name`, with a revision and a file where they matter.
///
///     HuggingFaceTB/SmolLM2-135M-Instruct
///     ggml-org/gemma-3-270m-GGUF:Q8_0
///     owner/name@v1.0:weights/model.gguf
public struct HubName: Sendable, Equatable, CustomStringConvertible {
    /// The repository: `owner/name`, or a name alone as the oldest models have it.
    public let repository: String
    /// The branch, tag or commit; nil means `main`.
    public let revision: String?
    /// The file, or the quantisation of a GGUF file (`Q4_K_M`); nil means what the model needs.
    public let file: String?

    /// Reads `OWNER/NAME[@REVISION][:FILE]`.
    ///
    /// - Parameters:
    ///   - text: the name.
    ///   - revision: a branch, tag or commit, for a name that has none of its own.
    /// - Throws: `HubError` that says what is wrong with it.
    public init(_ text: String, revision: String? = nil) throws {
        var rest = text[...]
        var file: String?, own: String?
        if let colon = rest.firstIndex(of: ":") {
            file = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        if let at = rest.firstIndex(of: "@") {
            own = String(rest[rest.index(after: at)...])
            rest = rest[..<at]
        }
        if let own, let revision, own != revision {
            throw HubError.name(text, "names the revision \(own), and \(revision) is asked for; give one of them")
        }
        try Self.check(repository: String(rest), of: text)
        if let revision = own ?? revision { try Self.check(revision: revision, of: text) }
        if let file, !RepositoryPath.isSafe(file) {
            throw HubError.name(text, "expected a file of the repository, or a quantisation, after the colon")
        }
        (repository, self.revision, self.file) = (String(rest), own ?? revision, file)
    }

    /// The name as it is written on a command line.
    public var description: String {
        repository + (revision.map { "@" + $0 } ?? "") + (file.map { ":" + $0 } ?? "")
    }

    /// Whether the name has an owner, so that it can hardly be meant as a file of the current directory.
    var hasOwner: Bool { repository.contains("/") }

    /// The revision that is looked for.
    var wantedRevision: String { revision ?? "main" }

    /// Hugging Face's own rules for names of repositories.
    private static func check(repository: String, of text: String) throws {
        let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
        let hasPlainParts = parts.allSatisfy { part in
            part.utf8.allSatisfy(isPlain) && part.first.map { !"-.".contains($0) } == true
                && part.last.map { !"-.".contains($0) } == true
        }
        guard (1 ... 2).contains(parts.count), hasPlainParts, repository.utf8.count <= 96 else {
            throw HubError.name(
                text, "expected OWNER/NAME[@REVISION][:FILE], with letters, digits, '-', '_' and '.' in OWNER and NAME")
        }
        guard !repository.contains("--"), !repository.contains(".."), !repository.hasSuffix(".git") else {
            throw HubError.name(text, "no repository has -- or .. in its name, nor .git at its end")
        }
    }

    /// A revision becomes a path under `refs`.
    private static func check(revision: String, of text: String) throws {
        let hasPlainBytes = revision.utf8.allSatisfy {
            isPlain($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "+")
        }
        guard hasPlainBytes, RepositoryPath.isSafe(revision) else {
            throw HubError.name(
                text, "expected a branch, tag or commit as revision, found \(FileError.quoted(revision))")
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a") ... UInt8(ascii: "z"), UInt8(ascii: "A") ... UInt8(ascii: "Z"),
            UInt8(ascii: "0") ... UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
