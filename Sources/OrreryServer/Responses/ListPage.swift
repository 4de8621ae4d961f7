import Hummingbird
import OrreryFiles
import OrreryStore

/// The part of a list that a request asks for: `limit`, `order` and `after`.
struct ListPage {
    let limit: Int
    let isDescending: Bool
    let after: String?

    /// - Throws: `APIError` for a parameter with an unusable value.
    init(_ request: Request) throws {
        let query = request.uri.queryParameters
        let limit = query["limit"].map(String.init) ?? "20"
        guard let number = Int(limit), (1 ... 100).contains(number) else {
            throw APIError.value("limit", JSONValue(limit), expected: "a whole number from 1 to 100")
        }
        let order = query["order"].map(String.init) ?? "desc"
        guard ["asc", "desc"].contains(order) else {
            throw APIError.value("order", JSONValue(order), expected: "asc or desc")
        }
        self.limit = number
        isDescending = order == "desc"
        after = query["after"].map(String.init)
    }

    /// The page of a list.
    ///
    /// - Parameter items: all items, oldest first.
    /// - Throws: `APIError` where `after` names no item of the list.
    func json(_ items: [StoredItem]) throws -> JSONValue {
        var rest = isDescending ? Array(items.reversed()) : items
        if let after {
            guard let index = rest.firstIndex(where: { $0.id == after }) else {
                throw APIError.invalid("after", "after is \(after); expected the identifier of an item in the list")
            }
            rest.removeFirst(index + 1)
        }
        return Self.json(Array(rest.prefix(limit)), hasMore: rest.count > limit)
    }

    /// A list of items.
    static func json(_ items: [StoredItem], hasMore: Bool = false) -> JSONValue {
        [
            "object": "list", "data": .array(items.map(\.json)), "first_id": JSONValue(items.first?.id),
            "last_id": JSONValue(items.last?.id), "has_more": JSONValue(hasMore),
        ]
    }
}
