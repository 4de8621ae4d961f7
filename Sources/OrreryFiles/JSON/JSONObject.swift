/// A JSON object: its members, in order.
///
/// Keys are compared byte by byte: a tokenizer's vocabulary holds "é" in both its forms.
public struct JSONObject: Sendable {
    /// A key and its value.
    public typealias Member = (key: String, value: JSONValue)

    /// The members in the order in which they were read or added.
    public private(set) var members: [Member] = []
    /// Where each key is; built when a linear search would be slow.
    private var index: [ExactName: Int] = [:]
    private static let linearLimit = 8

    /// An empty object.
    public init() {}

    /// The number of members.
    public var count: Int { members.count }
    /// Whether the object has no members.
    public var isEmpty: Bool { members.isEmpty }
    /// The keys, in order.
    public var keys: [String] { members.map(\.key) }

    /// The value of `key`; nil if there is none. Setting a new key adds it at the end; setting nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get { position(of: key).map { members[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): members[position].value = value
            case (nil, let value?): append(key, value)
            case (let position?, nil): remove(at: position)
            case (nil, nil): break
            }
        }
    }

    func position(of key: String) -> Int? {
        if members.count > Self.linearLimit { return index[ExactName(key)] }
        return members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
    }

    /// Adds a member whose key is known to be new.
    mutating func append(_ key: String, _ value: JSONValue) {
        members.append((key, value))
        if members.count == Self.linearLimit + 1 {
            for (position, member) in members.enumerated() { index[ExactName(member.key)] = position }
        } else if members.count > Self.linearLimit {
            index[ExactName(key)] = members.count - 1
        }
    }

    private mutating func remove(at position: Int) {
        members.remove(at: position)
        index = [:]
        guard members.count > Self.linearLimit else { return }
        for (position, member) in members.enumerated() { index[ExactName(member.key)] = position }
    }
}

extension JSONObject: Equatable {
    /// Whether both objects have the same members in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count
            && zip(left.members, right.members).allSatisfy {
                $0.key.utf8.elementsEqual($1.key.utf8) && $0.value == $1.value
            }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object with the members of a literal, in its order. A repeated key keeps its last value.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}
