import Foundation
import OrreryFiles
import OrreryStore
import Testing

#if HAS_SQLITE
import OrrerySQLite
#endif

/// What every store does, and what is special about each.
struct StoreTests {
    enum Kind: CaseIterable {
        case memory
        #if HAS_SQLITE
        case sqlite
        #endif

        func make(_ scratch: Scratch) throws -> any ResponseStore {
            switch self {
            case .memory: return MemoryStore()
            #if HAS_SQLITE
            case .sqlite: return try SQLiteStore.open(scratch("store.db"))
            #endif
            }
        }
    }

    static func item(_ id: String) -> StoredItem {
        StoredItem(id: id, json: ["id": JSONValue(id), "text": "é\u{0}\n"])
    }

    static func response(_ id: String, conversation: String? = nil) -> StoredResponse {
        StoredResponse(
            id: id, previous: "before", conversation: conversation, json: ["id": JSONValue(id)],
            input: [item(id + "-in")], output: [item(id + "-out")])
    }

    @Test(arguments: Kind.allCases) func responsesAreKeptForTheirOwner(_ kind: Kind) async throws {
        let scratch = try Scratch(), store = try kind.make(scratch)
        try await store.save(Self.response("r"), of: "anna")
        #expect(try await store.response("r", of: "anna") == Self.response("r"))
        #expect(try await store.item("r-out", of: "anna") == Self.item("r-out"))
        #expect(try await store.response("r", of: "bert") == nil)
        #expect(try await store.item("r-out", of: "bert") == nil)
        #expect(try await store.deleteResponse("r", of: "bert") == false)
        #expect(try await store.deleteResponse("r", of: "anna"))
        #expect(try await store.deleteResponse("r", of: "anna") == false)
        #expect(try await store.item("r-out", of: "anna") == nil)
    }

    @Test(arguments: Kind.allCases) func conversationsGrowAndShrink(_ kind: Kind) async throws {
        let scratch = try Scratch(), store = try kind.make(scratch)
        let conversation = StoredConversation(id: "c", created: 5, metadata: ["a": "b"])
        try await store.save(conversation, [Self.item("1")], of: "anna")
        #expect(try await store.conversation("c", of: "anna") == conversation)
        #expect(try await store.append([Self.item("2")], toConversation: "c", of: "bert") == false)
        #expect(try await store.append([Self.item("2")], toConversation: "c", of: "anna"))
        try await store.save(Self.response("r", conversation: "c"), of: "anna")
        #expect(
            try await store.items(ofConversation: "c", of: "anna").map(\.id) == ["1", "2", "r-in", "r-out"])
        #expect(try await store.items(ofConversation: "c", of: "bert") == [])
        #expect(try await store.deleteItem("2", fromConversation: "c", of: "bert") == false)
        #expect(try await store.deleteItem("2", fromConversation: "c", of: "anna"))
        #expect(try await store.deleteItem("2", fromConversation: "c", of: "anna") == false)
        // A response that is deleted stays said.
        #expect(try await store.deleteResponse("r", of: "anna"))
        #expect(try await store.items(ofConversation: "c", of: "anna").map(\.id) == ["1", "r-in", "r-out"])
        #expect(try await store.setMetadata(["x": "y"], ofConversation: "c", of: "bert") == false)
        #expect(try await store.setMetadata(["x": "y"], ofConversation: "c", of: "anna"))
        #expect(try await store.conversation("c", of: "anna")?.metadata == ["x": "y"])
        #expect(try await store.deleteConversation("c", of: "bert") == false)
        #expect(try await store.deleteConversation("c", of: "anna"))
        #expect(try await store.conversation("c", of: "anna") == nil)
        #expect(try await store.items(ofConversation: "c", of: "anna") == [])
    }

    @Test func memoryIsBoundedAndForgetsWhatWasUsedLongestAgo() async throws {
        let store = MemoryStore(limit: 2000)
        for number in 0 ..< 20 {
            await store.save(Self.response("r\(number)"), of: "")
            #expect(await store.response("r0", of: "") != nil)
        }
        #expect(await store.response("r19", of: "") != nil)
        #expect(await store.response("r1", of: "") == nil)
    }

    @Test func memoryCountsWhatConversationsGrowBy() async throws {
        let store = MemoryStore(limit: 4000)
        for name in ["c", "d"] {
            await store.save(StoredConversation(id: name, created: 0, metadata: [:]), [Self.item("first")], of: "")
        }
        for number in 0 ..< 10 { _ = await store.append([Self.item("\(number)")], toConversation: "c", of: "") }
        #expect(await store.conversation("d", of: "") != nil)
        #expect(await store.item("first", of: "") == Self.item("first"))
        for number in 10 ..< 40 { _ = await store.append([Self.item("\(number)")], toConversation: "c", of: "") }
        #expect(await store.conversation("d", of: "") == nil)
        #expect(await store.items(ofConversation: "c", of: "").count == 41)
        #expect(await store.item("39", of: "") == Self.item("39"))
        #expect(await store.deleteConversation("c", of: ""))
        #expect(await store.item("39", of: "") == nil)
        #expect(await store.item("first", of: "") == nil)
    }

    #if HAS_SQLITE
    @Test func aDatabaseIsThereAfterARestart() async throws {
        let scratch = try Scratch()
        try await SQLiteStore.open(scratch("store.db")).save(Self.response("r"), of: "")
        #expect(try await SQLiteStore.open(scratch("store.db")).response("r", of: "") == Self.response("r"))
    }

    /// What a process leaves that is killed: the files as they lie while it has them open.
    @Test func aDatabaseIsWholeWithoutBeingClosed() async throws {
        let scratch = try Scratch()
        let store = try SQLiteStore.open(scratch("store.db"))
        for number in 0 ..< 40 { try await store.save(Self.response("r\(number)"), of: "") }
        for ending in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: scratch("store.db" + ending), toPath: scratch("copy.db" + ending))
        }
        // The last write was cut off.
        let log = try Data(contentsOf: URL(fileURLWithPath: scratch("copy.db-wal")))
        try log.dropLast(700).write(to: URL(fileURLWithPath: scratch("copy.db-wal")))
        let copy = try SQLiteStore.open(scratch("copy.db"))
        #expect(try await copy.response("r38", of: "") == Self.response("r38"))
        #expect(try await copy.response("r39", of: "") == nil)
        try await copy.save(Self.response("r39"), of: "")
        #expect(try await store.response("r39", of: "") == Self.response("r39"))
    }

    @Test func aFileThatIsNoDatabaseIsNamed() throws {
        let scratch = try Scratch()
        let text = String(repeating: "This is a letter. ", count: 100)
        try AtomicFile.write(text, to: scratch("letter.txt"))
        let error = #expect(throws: FileError.self) { try SQLiteStore.open(scratch("letter.txt")) }
        #expect(error?.description.contains("letter.txt: is not a SQLite database") == true, "\(error as Any)")
        #expect(try String(contentsOfFile: scratch("letter.txt"), encoding: .utf8) == text)
        let missing = #expect(throws: FileError.self) { try SQLiteStore.open(scratch("nowhere/store.db")) }
        #expect(missing?.description.contains("nowhere/store.db") == true)
    }

    @Test func aDatabaseOfAnotherProgramIsLeftAlone() throws {
        let scratch = try Scratch()
        try OtherDatabase.write(to: scratch("other.db"))
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch("other.db")))
        let error = #expect(throws: FileError.self) { try SQLiteStore.open(scratch("other.db")) }
        #expect(error?.description.contains("other.db: is a database of another program") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch("other.db"))) == before)
    }
    #endif
}
