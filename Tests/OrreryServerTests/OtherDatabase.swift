#if HAS_SQLITE
import GRDB

/// A database that some other program has made.
enum OtherDatabase {
    static func write(to path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { try $0.execute(sql: "CREATE TABLE letter (text TEXT)") }
        try queue.close()
    }
}
#endif
