/// The strings from which a unigram vocabulary is chosen: all characters, and the strings that stand most often in the text, each occurrence
/// counted by its length.
///
/// Of strings that stand in the same places only the longest is one: it is a node of the words' suffix tree, found from the suffix array and
/// the lengths of what neighbours in it share (Kasai et al. 2001; Abouelhoda et al. 2004). sentencepiece does the same with all lines in one
/// text; with distinct words, each weighed by its count, the array is a tenth as long. There a string may end at the end of a line as well as
/// before a space, so that the ends of words are nodes; here they are taken for nodes.
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

    let suffixes: [Int32]
    private(set) var seeds: [Seed] = []

    /// - Parameter limit: the most strings of two characters or more.
    init(_ words: WordSymbols, _ rules: PieceRules, limit: Int) {
        let suffixes = SuffixArray.suffixes(of: words.symbols, largest: Int32(words.characters.count - 1))
        self.suffixes = suffixes
        let (shared, rest, weights) = Self.neighbours(suffixes, words)
        var scalars: [UInt32] = []
        /// Intervals that go on: what their suffixes share, where they start, and the occurrences of those that are in no longer one.
        var open: [(length: Int32, start: Int, frequency: Int)] = []

        func isPiece(_ suffix: Int32, _ length: Int32) -> Bool {
            scalars.removeAll(keepingCapacity: true)
            for place in suffix..<suffix + length { scalars.append(words.characters[Int(words.symbols[Int(place)])]) }
            return rules.allow(scalars)
        }
        func add(_ range: Range<Int>, _ length: Int32, _ frequency: Int) {
            guard length >= 2, Int(length) <= rules.settings.maximalLength, frequency >= 2, isPiece(suffixes[range.lowerBound], length) else { return }
            seeds.append(Seed(suffixes: range, length: Int(length), frequency: frequency))
            if seeds.count >= 4 * limit { keepBest(limit) }
        }
        for index in suffixes.indices {
            let sharedBehind = index + 1 < suffixes.count ? shared[index + 1] : 0
            // A suffix that shares all of its word with a neighbour is in the interval of that length; else it is the only one of it.
            if rest[index] > max(shared[index], sharedBehind) { add(index..<index + 1, rest[index], weights[index]) }
            // What the next suffix shares with this one ends the intervals that share more.
            var (start, frequency) = (index, weights[index])
            while let last = open.last, last.length > sharedBehind {
                open.removeLast()
                (start, frequency) = (last.start, frequency + last.frequency)
                add(start..<index + 1, last.length, frequency)
            }
            if let last = open.last, last.length == sharedBehind {
                open[open.count - 1].frequency += frequency
            } else if sharedBehind > 0 {
                open.append((sharedBehind, start, frequency))
            }
        }
        keepBest(limit)
    }

    private mutating func keepBest(_ limit: Int) {
        seeds.sort { $0.score != $1.score ? $0.score > $1.score : $0.suffixes.lowerBound < $1.suffixes.lowerBound }
        if seeds.count > limit { seeds.removeSubrange(limit...) }
    }

    /// For each place of the suffix array: the characters that its suffix shares with the one before, no further than their words end; the
    /// characters to the end of its word; and how often its word was met.
    private static func neighbours(_ suffixes: [Int32], _ words: WordSymbols) -> (shared: [Int32], rest: [Int32], weights: [Int]) {
        let count = suffixes.count
        var rank = [Int32](repeating: 0, count: count)
        for (index, suffix) in suffixes.enumerated() { rank[Int(suffix)] = Int32(index) }
        var (shared, rest, weights) = ([Int32](repeating: 0, count: count), [Int32](repeating: 0, count: count), [Int](repeating: 0, count: count))
        let symbols = words.symbols
        symbols.withUnsafeBufferPointer { symbols in
            for word in words.counts.indices {
                var length = 0
                let end = Int(words.starts[word + 1]) - 1
                for start in Int(words.starts[word])...end {
                    let place = Int(rank[start])
                    rest[place] = Int32(end - start)
                    weights[place] = words.counts[word]
                    if place > 0 {
                        // Without its first character a suffix shares one less with its neighbour, or more.
                        let other = Int(suffixes[place - 1])
                        while start + length < end, other + length < count, symbols[start + length] == symbols[other + length] { length += 1 }
                        shared[place] = Int32(length)
                    }
                    length = max(0, length - 1)
                }
            }
        }
        return (shared, rest, weights)
    }
}
