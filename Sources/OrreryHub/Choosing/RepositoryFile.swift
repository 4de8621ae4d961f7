/// A file of a repository, as the hub lists it or as it lies in a snapshot.
struct RepositoryFile: Equatable {
    /// Plain names with a slash between them.
    let path: String
    /// nil where the hub does not say.
    var size: Int?
    /// The SHA-256 of the content, which the hub has for large files.
    var sha256: String?
    /// Git's name for the content, which the hub has for small files.
    var gitSHA1: String?

    init(_ path: String, size: Int? = nil) { (self.path, self.size) = (path, size) }

    /// What follows the last slash.
    var name: Substring { path.split(separator: "/").last ?? "" }
    var isAtRoot: Bool { !path.contains("/") }
}
