import GRDB
import OrreryFiles

extension SQLiteStore {
    /// What marks a database as Orrery's: "Orry" (SQLite's file format, 1.3.18).
    private static let applicationID = 0x4F72_7279
    private static let version = 1

    /// Opens a database, or makes it where there is none. Writes go to its log first (WAL), so that a process that is
    /// killed leaves it whole.
    ///
    /// - Throws: `FileError` for a file that is not such a database, or cannot be opened.
    package static func open(_ path: String) throws -> SQLiteStore {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        do {
            // Looked at before anything is written: the file may be somebody else's.
            try check(DatabaseQueue(path: path, configuration: configuration), path)
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.write(migrate)
            return SQLiteStore(pool)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw FileError.request(
                path, "is not a SQLite database", advice: "give --store a database of Orrery's, or a file that is new")
        } catch let error as DatabaseError {
            throw FileError.request(
                path, "cannot open the database: \(error.message ?? "\(error.resultCode)")",
                advice: "check the directory and who owns the file (ls -l)")
        }
    }

    private static func check(_ queue: DatabaseQueue, _ path: String) throws {
        let (id, version, tables) = try queue.read { db in
            (
                try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0,
                try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0,
                try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM sqlite_master") ?? 0
            )
        }
        try queue.close()
        if tables > 0, id != applicationID {
            throw FileError.request(
                path, "is a database of another program",
                advice: "give --store a database of Orrery's, or a file that is new")
        }
        if version > Self.version {
            throw FileError.request(
                path, "has version \(version), and this Orrery knows \(Self.version)",
                advice: "use a newer Orrery, or another file")
        }
    }

    private static func migrate(_ db: Database) throws {
        guard try Int.fetchOne(db, sql: "PRAGMA user_version") == 0 else { return }
        try db.execute(
            sql: """
                CREATE TABLE response (
                    id TEXT PRIMARY KEY, owner TEXT NOT NULL, previous TEXT, conversation TEXT, json TEXT NOT NULL);
                CREATE TABLE conversation (
                    id TEXT PRIMARY KEY, owner TEXT NOT NULL, created INTEGER NOT NULL, metadata TEXT NOT NULL);
                CREATE TABLE item (
                    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, owner TEXT NOT NULL,
                    response TEXT REFERENCES response (id) ON DELETE CASCADE,
                    conversation TEXT REFERENCES conversation (id) ON DELETE CASCADE,
                    is_output INTEGER NOT NULL, json TEXT NOT NULL);
                CREATE INDEX item_id ON item (id);
                CREATE INDEX item_response ON item (response);
                CREATE INDEX item_conversation ON item (conversation);
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = \(version);
                """)
    }
}
