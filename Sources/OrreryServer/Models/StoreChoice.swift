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
    static let missing =
        "this orrery was built without SQLite's header (Debian: libsqlite3-dev): responses and conversations are kept in "
        + "memory until the server ends, and --store needs a build with it"
}
