/// Cuts a text in several steps, each of which cuts what the one before left, as if each part were a text of its own:
/// how llama.cpp and Hugging Face's Sequence apply several patterns.
struct SteppedSplitter: Sendable {
    /// One step.
    enum Step: Sendable {
        case scanner(any WordScanner & Sendable, CharacterClassTable)
        /// Numbers stand alone, cut into groups.
        case numbers(NumberGroups, CharacterClassTable)
        /// Runs of line feeds, and what is between them.
        case lineFeeds
        case pattern(CollapsedPattern)
    }

    let steps: [Step]
    /// As `WordSplitter.cutsBetweenWords`.
    var cutsBetweenWords = false

    /// The ends of the words of `utf8`, ascending; the last is its end.
    ///
    /// - Precondition: `utf8` is not empty.
    func wordEnds(of utf8: UnsafeBufferPointer<UInt8>) throws -> [Int] {
        var ends = [utf8.count]
        for step in steps { ends = try step.cut(utf8, ends) }
        return ends
    }
}

/// How a run of digits is cut.
enum NumberGroups: Sendable {
    /// Not at all.
    case whole
    /// From the left, so many digits each: `\p{N}{1,3}`.
    case fromLeft(Int)
    /// From the right, three digits each, so that the first group may have fewer; that one is not cut from the text
    /// before it, which is left to the next step (llama.cpp, unicode_regex_split_custom_afmoe).
    case threesFromRight

    fileprivate var joinsTextBefore: Bool {
        if case .threesFromRight = self { true } else { false }
    }
}

extension SteppedSplitter.Step {
    /// The ends of the parts that this step makes of the parts that end at `ends`.
    fileprivate func cut(_ utf8: UnsafeBufferPointer<UInt8>, _ ends: [Int]) throws -> [Int] {
        if case .pattern(let pattern) = self { return try pattern.cut(utf8, ends) }
        var result: [Int] = []
        result.reserveCapacity(ends.count)
        var start = 0
        for end in ends {
            let part = UnsafeBufferPointer(rebasing: utf8[start ..< end])
            switch self {
            case .scanner(let scanner, let table): Self.cut(part, with: scanner, table, offset: start, into: &result)
            case .numbers(let groups, let table):
                Self.cut(ScannedText(part, table), groups, offset: start, into: &result)
            case .lineFeeds:
                for index in part.indices.dropFirst() where (part[index] == 0x0A) != (part[index - 1] == 0x0A) {
                    result.append(start + index)
                }
                result.append(end)
            case .pattern: break
            }
            start = end
        }
        return result
    }

    private static func cut(
        _ part: UnsafeBufferPointer<UInt8>, with scanner: some WordScanner, _ table: CharacterClassTable, offset: Int,
        into ends: inout [Int]
    ) {
        let text = ScannedText(part, table)
        var position = 0
        while position < text.count {
            position = scanner.endOfWord(in: text, from: position)
            ends.append(offset + position)
        }
    }

    private static func cut(_ text: ScannedText, _ groups: NumberGroups, offset: Int, into ends: inout [Int]) {
        var position = 0
        while position < text.count {
            let start = text.endOfRun(outside: .number, from: position)
            if start > position && (start == text.count || !groups.joinsTextBefore) { ends.append(offset + start) }
            if case .fromLeft(let most) = groups {
                position = start
                while position < text.count, text.character(at: position).isIn(.number) {
                    position = text.endOfRun(of: .number, from: position, most: most)
                    ends.append(offset + position)
                }
                continue
            }
            var edges: [Int] = []
            position = start
            while position < text.count, case let digit = text.character(at: position), digit.isIn(.number) {
                position += digit.length
                edges.append(offset + position)
            }
            switch groups {
            case .whole: ends += edges.suffix(1)
            case .fromLeft: break
            case .threesFromRight:
                ends += edges.enumerated().filter { (edges.count - 1 - $0.offset) % 3 == 0 }.map(\.element)
            }
        }
    }
}
