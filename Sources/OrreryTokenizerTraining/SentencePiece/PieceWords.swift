import OrreryTokenizers

/// The words of a corpus as sentencepiece's trainers see them: lines in normal form, cut at spaces or not, with the
/// characters that pieces must cover.
struct PieceWords {
    /// A word's characters and how often it was met. Characters that are not covered are `PieceRules.unknown`.
    struct Word {
        var scalars: ArraySlice<UInt32>
        var count: Int
        /// Whether these are its occurrences at the end of a line, where they are counted apart.
        var endsLine = false
    }

    /// Behind a word that ends a line.
    static let lineEnd = UInt8(ascii: "\n")

    /// The words by falling count, equally frequent ones by their characters.
    private(set) var words: [Word] = []
    /// The characters to be covered, by falling count, and then by code point.
    private(set) var required: [(scalar: UInt32, count: Int)] = []

    /// Source: sentencepiece, `src/trainer_interface.cc`, LoadSentences and SplitSentencesByWhitespace.
    init(_ table: WordTable, _ settings: SentencePieceTraining) {
        var counts: [UInt32: Int] = [:]
        var scalars: [UInt32] = []
        var ranges: [(range: Range<Int>, count: Int, endsLine: Bool)] = []
        table.forEach { word, count in
            let start = scalars.count
            let endsLine = word.last == Self.lineEnd
            let word = endsLine ? UnsafeBufferPointer(rebasing: word.dropLast()) : word
            for scalar in String(decoding: word, as: UTF8.self).unicodeScalars { scalars.append(scalar.value) }
            for scalar in scalars[start...] where scalar != PieceRules.boundary && scalar != 0x20 {
                counts[scalar, default: 0] += count
            }
            ranges.append((start ..< scalars.count, count, endsLine))
        }
        required = Self.covered(counts, settings.characterCoverage)
        let kept = Set(required.map(\.scalar)).union([PieceRules.boundary])
        for index in scalars.indices where !kept.contains(scalars[index]) { scalars[index] = PieceRules.unknown }
        words = ranges.map { Word(scalars: scalars[$0.range], count: $0.count, endsLine: $0.endsLine) }
        words.sort { one, other in
            if one.count != other.count { return one.count > other.count }
            if one.scalars.lexicographicallyPrecedes(other.scalars) { return true }
            return !other.scalars.lexicographicallyPrecedes(one.scalars) && !one.endsLine && other.endsLine
        }
    }

    /// The most frequent characters, as many as cover that share of the text.
    private static func covered(_ counts: [UInt32: Int], _ coverage: Double) -> [(scalar: UInt32, count: Int)] {
        let total = counts.values.reduce(0, +)
        var covered = 0
        var required: [(scalar: UInt32, count: Int)] = []
        for (scalar, count) in counts.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            // A Float there.
            if Float(Double(covered) / Double(total)) >= Float(coverage) { break }
            covered += count
            required.append((scalar, count))
        }
        return required
    }
}

extension PieceWords {
    /// The tokens of the text: each word's, as often as it was met. A stretch of characters that are not covered is one
    /// token, or one for each byte of "▅", which stands for them.
    func tokenCount(_ tokenizer: SentencePieceTokenizer) -> Int {
        var total = 0
        var utf8: [UInt8] = []
        for word in words {
            utf8.removeAll(keepingCapacity: true)
            for scalar in word.scalars { utf8.append(contentsOf: UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}")!) }
            var (tokens, isUnknown) = (0, false)
            utf8.withUnsafeBufferPointer { text in
                tokenizer.forEachToken(ofNormalized: text) { isPiece, length in
                    if isPiece {
                        tokens += 1
                    } else if tokenizer.hasByteTokens {
                        tokens += length
                    } else if !isUnknown {
                        tokens += 1
                    }
                    isUnknown = !isPiece
                }
            }
            total += tokens * word.count
        }
        return total
    }
}
