/// Finds strings in a text that comes in pieces, whichever way it is divided.
struct SequenceBreakers: Sendable {
    private let breakers: [[UInt8]]
    /// The end of the text so far, a byte shorter than the longest breaker.
    private var tail: [UInt8] = []

    init(_ breakers: [String]) { self.breakers = breakers.map { Array($0.utf8) } }

    /// Appends a piece, and says whether a breaker ends in it.
    mutating func endsOne(in piece: [UInt8]) -> Bool {
        let text = tail + piece
        defer { tail = text.suffix((breakers.lazy.map(\.count).max() ?? 1) - 1) }
        return breakers.contains { breaker in
            Self.found(breaker, in: text[max(0, tail.count - breaker.count + 1)...])
        }
    }

    /// Whether a breaker stands in the piece alone.
    func standsIn(_ piece: [UInt8]) -> Bool { breakers.contains { Self.found($0, in: piece[...]) } }

    private static func found(_ breaker: [UInt8], in text: ArraySlice<UInt8>) -> Bool {
        text.indices.contains { text[$0...].starts(with: breaker) }
    }
}
