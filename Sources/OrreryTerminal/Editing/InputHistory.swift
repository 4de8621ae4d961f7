/// Earlier inputs, the newest last.
public struct InputHistory: Sendable {
    public private(set) var entries: [String]
    /// More than these are not kept.
    public static let limit = 1000

    public init(_ entries: [String] = []) { self.entries = Array(entries.suffix(Self.limit)) }

    /// Whether it is worth keeping: not blank, not the same as the newest, and not hidden by a space in front, as
    /// shells have it.
    public func accepts(_ text: String) -> Bool {
        !text.allSatisfy(\.isWhitespace) && !text.hasPrefix(" ") && text != entries.last
    }

    public mutating func append(_ text: String) {
        guard accepts(text) else { return }
        if entries.count >= Self.limit { entries.removeFirst(entries.count - Self.limit + 1) }
        entries.append(text)
    }

    /// The newest entry before `index` that holds the text.
    func last(before index: Int, containing text: String) -> Int? {
        entries[..<index].lastIndex { text.isEmpty || $0.contains(text) }
    }
}
