/// The members of a JSON object, in order.
///
/// Keys are compared byte by byte (see `ExactName`): a tokenizer's vocabulary holds "é" in both its forms.
public struct JSONObject: Sendable {
    public typealias Member = (key: String, value: JSONValue)

    /// The members as they were read or added.
    public private(set) var members: [Member] = []
    /// Where each key is; built when a linear search would be slow.
    private var index: [ExactName: Int] = [:]
    private static let linearLimit = 8

    public init() {}

    public var count: Int { members.count }
    public var isEmpty: Bool { members.isEmpty }
    public var keys: [String] { members.map(\.key) }

    /// The value of `key`. Setting a new key adds it at the end; setting nil removes the member.
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
    /// Equal with the same members in the same order.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count
            && zip(left.members, right.members).allSatisfy {
                $0.key.utf8.elementsEqual($1.key.utf8) && $0.value == $1.value
            }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Keeps the order of the literal. A repeated key keeps its last value.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}
