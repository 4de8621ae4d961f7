import Foundation
import OrreryHTTP

/// What the hub says of one file before it is downloaded.
struct RemoteFile {
    /// The entity tag, by which the content is stored: the SHA-256 of large files, Git's SHA-1 of small ones.
    let tag: String
    /// nil where the hub does not say.
    let size: Int?

    /// Asks the hub, without following redirects to where large files lie: the answer before them has what counts.
    ///
    /// - Throws: `HubError`, also where the answer is not a hub's.
    static func ask(_ client: HubClient, _ url: URL, commit: String, about subject: String) throws -> RemoteFile {
        try client.watch.retrying(client.settings.retries) {
            var head = try client.send(.head, url, about: subject, .withinHub)
            if head.status >= 300, tag(head) == nil {
                // A mirror that passes on what it does not keep.
                head = try client.send(.head, url, about: subject, .everywhere)
            }
            let isRedirect = head.status >= 300
            guard let tag = tag(head) else {
                throw HubError.response(subject, "the server gives no ETag; is HF_ENDPOINT the address of a hub?")
            }
            guard RepositoryPath.isBlobName(tag) else {
                throw HubError.response(subject, "the server gives an ETag that cannot name a file, \(tag)")
            }
            if let there = head.header("X-Repo-Commit"), there != commit {
                throw HubError.response(
                    subject, "the server answers with commit \(there), where \(commit) was asked for")
            }
            return RemoteFile(
                tag: tag, size: head.count("X-Linked-Size") ?? (isRedirect ? nil : head.count("Content-Length")))
        }
    }

    private static func tag(_ head: HTTPExchange) -> String? {
        (head.header("X-Linked-Etag") ?? head.header("ETag")).map(plain)
    }

    /// `W/"abc"` and `"abc"` are abc (RFC 9110, section 8.8.3).
    private static func plain(_ tag: String) -> String {
        var tag = tag[...]
        if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
        return tag.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
    }
}
