/// Finds the first of some strings in bytes that come in pieces.
struct StopStringSearch: Sendable {
    /// Longest first, so that of two that end together the longer is found.
    private let stops: [[UInt8]]
    /// The end of the bytes so far that may be the start of a stop string.
    private var held: [UInt8] = []

    /// The stop string that has appeared.
    private(set) var found: String?

    /// Whether a stop string has appeared.
    var isFound: Bool { found != nil }

    init(_ strings: [String]) {
        stops = strings.map { Array($0.utf8) }.sorted { $0.count > $1.count }
    }

    /// The bytes that cannot be part of a stop string any more; up to its start if one is found.
    mutating func append(_ bytes: [UInt8]) -> [UInt8] {
        if stops.isEmpty || isFound { return isFound ? [] : bytes }
        var text = held
        held = []
        // One byte at a time, so that the string that ends first is found however the bytes were cut.
        for byte in bytes {
            text.append(byte)
            if let stop = stops.first(where: { text.suffix($0.count).elementsEqual($0) }) {
                found = String(decoding: stop, as: UTF8.self)
                return Array(text.dropLast(stop.count))
            }
        }
        let length = heldLength(of: text)
        held = Array(text.suffix(length))
        return Array(text.dropLast(length))
    }

    /// What was held back, which no further byte can make a stop string.
    mutating func finish() -> [UInt8] {
        defer { held = [] }
        return held
    }

    /// The length of the longest end of `text` that a stop string starts with.
    private func heldLength(of text: [UInt8]) -> Int {
        let longest = min(text.count, (stops.first?.count ?? 0) - 1)
        return (1 ... max(1, longest)).last { length in
            length <= longest && stops.contains { $0.count > length && $0.starts(with: text.suffix(length)) }
        } ?? 0
    }
}
