import OrreryTokenizers

/// The strings from which a unigram vocabulary is chosen: all characters, and the strings that stand most often in the
/// text, each occurrence counted by its length.
///
/// The longest of the strings that stand in the same places is one: it is a node of the text's suffix tree, which is
/// to say that different characters follow it. They are found from a suffix array and the lengths of what neighbours in
/// it share (Kasai et al. 2001; Abouelhoda et al. 2004). sentencepiece does the same with all lines one behind the
/// other; here the array is of distinct words, each weighed by its count, and a tenth as long. For what follows the end
/// of a word it is enough to know whether that is a space or the end of the line.
struct SeedPieces {
    /// A string: where it stands, and in how many places.
    struct Seed {
        /// A part of the suffix array.
        var suffixes: Range<Int>
        var length: Int
        /// Occurrences in the text.
        var frequency: Int

        var score: Int { frequency * length }
    }

    /// Suffixes that share their first characters: a part of the array that is still growing.
    private struct Interval {
        /// What they share.
        var length: Int32
        var start: Int
        /// Occurrences in the text.
        var frequency: Int
        /// What follows the shared characters.
        var following: Following

        /// With the suffixes of `other`, which follow and share at least as much.
        func including(_ other: Interval) -> Interval {
            Interval(
                length: length, start: min(start, other.start), frequency: frequency + other.frequency,
                following: following.adding(other.length > length ? .character : other.following))
        }
    }

    /// What may follow a string.
    private struct Following: OptionSet {
        let rawValue: UInt8
        static let space = Following(rawValue: 1)
        static let end = Following(rawValue: 2)
        static let character = Following(rawValue: 4)
        static let another = Following(rawValue: 8)

        /// Two longer intervals in one have different characters there, or they would be one.
        func adding(_ other: Following) -> Following {
            other == .character && contains(.character) ? union([.character, .another]) : union(other)
        }

        var isSeveral: Bool { rawValue & (rawValue &- 1) != 0 }
    }

    let suffixes: [Int32]
    private(set) var seeds: [Seed] = []

    /// - Parameter limit: the most strings of two characters or more.
    init(_ words: WordSymbols, _ rules: PieceRules, limit: Int) {
        let suffixes = SuffixArray.suffixes(of: words.symbols, largest: Int32(words.characters.count - 1))
        self.suffixes = suffixes
        let (shared, rest, weights, endLine) = Self.neighbours(suffixes, words)
        var scalars: [UInt32] = []
        /// Intervals that go on.
        var open: [Interval] = []

        func isPiece(_ suffix: Int32, _ length: Int32) -> Bool {
            scalars.removeAll(keepingCapacity: true)
            for place in suffix ..< suffix + length { scalars.append(words.characters[Int(words.symbols[Int(place)])]) }
            return rules.allow(scalars)
        }
        func close(_ interval: Interval, at end: Int) {
            let length = interval.length
            guard length >= 2, Int(length) <= rules.settings.maximalLength, interval.frequency >= 2,
                interval.following.isSeveral
            else { return }
            guard isPiece(suffixes[interval.start], length) else { return }
            seeds.append(Seed(suffixes: interval.start ..< end, length: Int(length), frequency: interval.frequency))
            if seeds.count >= 4 * limit { keepBest(limit) }
        }
        for index in suffixes.indices {
            let sharedBehind = index + 1 < suffixes.count ? shared[index + 1] : 0
            // What the next suffix shares with this one ends the intervals that share more, each within the one before.
            var last = Interval(
                length: rest[index], start: index, frequency: weights[index], following: endLine[index] ? .end : .space)
            while let interval = open.last, interval.length > sharedBehind {
                open.removeLast()
                last = interval.including(last)
                close(last, at: index + 1)
            }
            if let interval = open.last, interval.length == sharedBehind {
                open[open.count - 1] = interval.including(last)
            } else if sharedBehind > 0 {
                open.append(
                    Interval(length: sharedBehind, start: last.start, frequency: 0, following: []).including(last))
            }
        }
        keepBest(limit)
    }

    private mutating func keepBest(_ limit: Int) {
        seeds.sort { $0.score != $1.score ? $0.score > $1.score : $0.suffixes.lowerBound < $1.suffixes.lowerBound }
        if seeds.count > limit { seeds.removeSubrange(limit...) }
    }

    /// For each place of the suffix array: the characters that its suffix shares with the one before, no further than
    /// their words end; the characters to the end of its word; how often its word was met; and whether it ends a line.
    private static func neighbours(
        _ suffixes: [Int32], _ words: WordSymbols
    ) -> (shared: [Int32], rest: [Int32], weights: [Int], endLine: [Bool]) {
        let count = suffixes.count
        var rank = [Int32](repeating: 0, count: count)
        for (index, suffix) in suffixes.enumerated() { rank[Int(suffix)] = Int32(index) }
        var (shared, rest, weights) = (
            [Int32](repeating: 0, count: count), [Int32](repeating: 0, count: count), [Int](repeating: 0, count: count)
        )
        var endLine = [Bool](repeating: false, count: count)
        let symbols = words.symbols
        symbols.withUnsafeBufferPointer { symbols in
            for word in words.counts.indices {
                var length = 0
                let end = Int(words.starts[word + 1]) - 1
                for start in Int(words.starts[word]) ... end {
                    let place = Int(rank[start])
                    rest[place] = Int32(end - start)
                    weights[place] = words.counts[word]
                    endLine[place] = words.endLine[word]
                    if place > 0 {
                        // Without its first character a suffix shares one less with its neighbour, or more.
                        let other = Int(suffixes[place - 1])
                        while start + length < end, other + length < count,
                            symbols[start + length] == symbols[other + length]
                        { length += 1 }
                        shared[place] = Int32(length)
                    }
                    length = max(0, length - 1)
                }
            }
        }
        return (shared, rest, weights, endLine)
    }
}
