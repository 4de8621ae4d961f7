import Foundation
import OrreryFiles
import OrreryHTTP

/// What a repository holds at one commit.
struct RepositoryListing {
    let commit: String
    let files: [RepositoryFile]
    /// Names that cannot be stored, and so are left out.
    let unsafeNames: [String]

    private static let maximalBytes = 64 << 20, maximalFileSize = 1 << 50

    /// Reads the answer of `/api/models/ID/revision/REV?blobs=true`.
    ///
    /// - Throws: `FileError` naming the field.
    init(_ bytes: Data, from place: String) throws {
        let json = try bytes.withUnsafeBytes {
            try JSONFields(JSONValue(parsing: $0, file: place, dialect: .python), file: place)
        }
        commit = try json.string("sha")
        guard RepositoryPath.isCommit(commit) else { throw json.error("sha", expected: "a commit") }
        var files: [RepositoryFile] = [], unsafeNames: [String] = []
        for entry in try json.objectsIfPresent("siblings") ?? [] {
            let file = try Self.file(entry)
            if RepositoryPath.isSafe(file.path) { files.append(file) } else { unsafeNames.append(file.path) }
        }
        (self.files, self.unsafeNames) = (files, unsafeNames)
    }

    private static func file(_ json: JSONFields) throws -> RepositoryFile {
        var file = RepositoryFile(
            try json.string("rfilename"), size: try json.intIfPresent("size", in: 0 ... maximalFileSize))
        if let large = try json.fieldsIfPresent("lfs") {
            file.size = try large.intIfPresent("size", in: 0 ... maximalFileSize) ?? file.size
            file.sha256 = try large.stringIfPresent("sha256").flatMap {
                RepositoryPath.isHash($0, digits: 64) ? $0 : nil
            }
        } else {
            file.gitSHA1 = try json.stringIfPresent("blobId").flatMap {
                RepositoryPath.isHash($0, digits: 40) ? $0 : nil
            }
        }
        return file
    }

    /// Asks the hub for it.
    static func ask(_ client: HubClient, _ name: HubName) throws -> RepositoryListing {
        let subject = name.revision.map { "\(name.repository)@\($0)" } ?? name.repository
        let url = try client.url(
            ["api", "models"] + name.repository.split(separator: "/").map(String.init)
                + ["revision", name.wantedRevision], query: "?blobs=true")
        return try client.watch.retrying(client.settings.retries.forFirstContact) {
            let exchange = try client.send(.get, url, about: subject, .withinHub)
            guard exchange.status == 200 else {
                throw HubError.response(subject, "the server redirects to another host, where the token does not go")
            }
            do {
                return try RepositoryListing(
                    exchange.body(limit: maximalBytes), from: "the hub's answer about \(subject)")
            } catch let failure as HTTPFailure {
                throw HubError.network(subject, failure)
            }
        }
    }
}
