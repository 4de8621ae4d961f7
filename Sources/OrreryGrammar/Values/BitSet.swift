/// A set of small integers.
package struct BitSet: Hashable, Sendable {
    package private(set) var words: [UInt64]

    /// An empty set of integers below `count`.
    package init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    package func contains(_ value: Int) -> Bool {
        value >> 6 < words.count && words[value >> 6] >> UInt64(value & 63) & 1 == 1
    }

    /// - Returns: whether it was not there.
    @discardableResult
    package mutating func insert(_ value: Int) -> Bool {
        let bit = UInt64(1) << UInt64(value & 63)
        guard words[value >> 6] & bit == 0 else { return false }
        words[value >> 6] |= bit
        return true
    }

    package mutating func remove(_ value: Int) { words[value >> 6] &= ~(1 << UInt64(value & 63)) }

    package mutating func formUnion(_ other: BitSet) {
        for index in other.words.indices { words[index] |= other.words[index] }
    }

    package func isDisjoint(with other: BitSet) -> Bool { zip(words, other.words).allSatisfy { $0 & $1 == 0 } }

    package var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }
    package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// The least member that is at least `value`.
    package func first(from value: Int) -> Int? {
        var index = value >> 6
        guard index < words.count else { return nil }
        var word = words[index] & (.max << UInt64(value & 63))
        while word == 0 {
            index += 1
            guard index < words.count else { return nil }
            word = words[index]
        }
        return (index << 6) + word.trailingZeroBitCount
    }

    /// The members, ascending.
    package var members: [Int] {
        var result: [Int] = []
        var next = first(from: 0)
        while let value = next {
            result.append(value)
            next = first(from: value + 1)
        }
        return result
    }
}
