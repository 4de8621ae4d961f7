import OrreryStore

#if HAS_SQLITE
import OrrerySQLite
#endif

/// Where the server keeps responses and conversations.
enum StoreChoice {
    #if HAS_SQLITE
    static let hasSQLite = true
    #else
    static let hasSQLite = false
    #endif

    /// - Parameter path: the database; nil keeps everything in memory.
    /// - Throws: an error that names the file.
    static func open(_ path: String?) throws -> any ResponseStore {
        guard let path else { return MemoryStore() }
        #if HAS_SQLITE
        return try SQLiteStore.open(path)
        #else
        throw APIError.invalid(nil, "\(path): \(missing)")
        #endif
    }

    /// What a server without SQLite says of itself.
    static let missing = """
        built without SQLite: responses and conversations are kept in memory until the server ends, and --store cannot be \
        given; install SQLite's header (Debian: apt install libsqlite3-dev), then \
        rm -r ~/.cache/org.swift.swiftpm/manifests and build again
        """
}
