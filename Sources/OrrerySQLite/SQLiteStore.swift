import GRDB
import OrreryFiles
import OrreryStore

/// A store in a SQLite database.
package struct SQLiteStore: ResponseStore {
    private let pool: DatabasePool

    init(_ pool: DatabasePool) { self.pool = pool }

    private static func json(_ row: Row, _ column: String) throws -> JSONValue {
        try JSONValue(parsing: row[column] as String, file: "the store")
    }

    private static func items(
        _ db: Database, _ condition: String, _ arguments: StatementArguments
    ) throws
        -> [StoredItem]
    {
        try Row.fetchAll(db, sql: "SELECT id, json FROM item WHERE \(condition)", arguments: arguments).map {
            StoredItem(id: $0["id"], json: try json($0, "json"))
        }
    }

    private enum Parent: String { case response, conversation }

    private static func insert(
        _ items: [StoredItem], _ db: Database, into parent: Parent, _ id: String, _ owner: String,
        isOutput: Bool = false
    ) throws {
        for item in items {
            try db.execute(
                sql: "INSERT INTO item (id, owner, \(parent.rawValue), is_output, json) VALUES (?, ?, ?, ?, ?)",
                arguments: [item.id, owner, id, isOutput, item.json.text()])
        }
    }

    private static func isThere(_ db: Database, _ id: String, _ owner: String) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM conversation WHERE id = ? AND owner = ?)", arguments: [id, owner])
            ?? false
    }

    /// Runs a statement.
    ///
    /// - Returns: whether it changed a row.
    private func change(_ sql: String, _ arguments: StatementArguments) async throws -> Bool {
        try await pool.write { db in
            try db.execute(sql: sql, arguments: arguments)
            return db.changesCount > 0
        }
    }

    // MARK: Responses

    package func save(_ response: StoredResponse, of owner: String) async throws {
        try await pool.write { db in
            try db.execute(
                sql: "INSERT INTO response (id, owner, previous, conversation, json) VALUES (?, ?, ?, ?, ?)",
                arguments: [response.id, owner, response.previous, response.conversation, response.json.text()])
            try Self.insert(response.input, db, into: .response, response.id, owner)
            try Self.insert(response.output, db, into: .response, response.id, owner, isOutput: true)
            if let conversation = response.conversation, try Self.isThere(db, conversation, owner) {
                try Self.insert(response.input + response.output, db, into: .conversation, conversation, owner)
            }
        }
    }

    package func response(_ id: String, of owner: String) async throws -> StoredResponse? {
        try await pool.read { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT * FROM response WHERE id = ? AND owner = ?", arguments: [id, owner])
            else { return nil }
            func items(isOutput: Bool) throws -> [StoredItem] {
                try Self.items(db, "response = ? AND is_output = ? ORDER BY number", [id, isOutput])
            }
            return StoredResponse(
                id: id, previous: row["previous"], conversation: row["conversation"], json: try Self.json(row, "json"),
                input: try items(isOutput: false), output: try items(isOutput: true))
        }
    }

    package func deleteResponse(_ id: String, of owner: String) async throws -> Bool {
        try await change("DELETE FROM response WHERE id = ? AND owner = ?", [id, owner])
    }

    package func item(_ id: String, of owner: String) async throws -> StoredItem? {
        try await pool.read { db in
            try Self.items(db, "id = ? AND owner = ? ORDER BY number DESC LIMIT 1", [id, owner]).first
        }
    }

    // MARK: Conversations

    package func save(_ conversation: StoredConversation, _ items: [StoredItem], of owner: String) async throws {
        try await pool.write { db in
            try db.execute(
                sql: "INSERT INTO conversation (id, owner, created, metadata) VALUES (?, ?, ?, ?)",
                arguments: [conversation.id, owner, conversation.created, conversation.metadata.text()])
            try Self.insert(items, db, into: .conversation, conversation.id, owner)
        }
    }

    package func conversation(_ id: String, of owner: String) async throws -> StoredConversation? {
        try await pool.read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM conversation WHERE id = ? AND owner = ?", arguments: [id, owner]
            ).map {
                StoredConversation(id: id, created: $0["created"], metadata: try Self.json($0, "metadata"))
            }
        }
    }

    package func setMetadata(_ metadata: JSONValue, ofConversation id: String, of owner: String) async throws -> Bool {
        try await change(
            "UPDATE conversation SET metadata = ? WHERE id = ? AND owner = ?", [metadata.text(), id, owner])
    }

    package func deleteConversation(_ id: String, of owner: String) async throws -> Bool {
        try await change("DELETE FROM conversation WHERE id = ? AND owner = ?", [id, owner])
    }

    package func items(ofConversation id: String, of owner: String) async throws -> [StoredItem] {
        try await pool.read { db in
            try Self.items(db, "conversation = ? AND owner = ? ORDER BY number", [id, owner])
        }
    }

    package func append(_ items: [StoredItem], toConversation id: String, of owner: String) async throws -> Bool {
        try await pool.write { db in
            guard try Self.isThere(db, id, owner) else { return false }
            try Self.insert(items, db, into: .conversation, id, owner)
            return true
        }
    }

    package func deleteItem(_ id: String, fromConversation conversation: String, of owner: String) async throws -> Bool
    {
        try await change(
            "DELETE FROM item WHERE id = ? AND conversation = ? AND owner = ?", [id, conversation, owner])
    }
}
