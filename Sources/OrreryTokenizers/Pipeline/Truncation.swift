/// How a text that has too many tokens is cut short.
///
/// Source: Hugging Face tokenizers, `src/utils/truncation.rs`.
public struct Truncation: Sendable, Hashable {
    /// Which of two texts loses tokens.
    package enum Strategy: String, Sendable, Hashable {
        case longestFirst = "LongestFirst"
        case onlyFirst = "OnlyFirst"
        case onlySecond = "OnlySecond"
    }

    /// The end of a text that loses tokens.
    public enum Direction: String, Sendable, Hashable {
        /// The first tokens are dropped.
        case left = "Left"
        /// The last tokens are dropped.
        case right = "Right"
    }

    /// The greatest number of tokens, special ones included.
    public var maxLength: Int
    /// How many tokens the windows of what is left over share with each other.
    package var stride: Int
    /// Which of two texts loses tokens.
    package var strategy: Strategy
    /// The end of the text that loses tokens.
    public var direction: Direction

    /// Cuts a text to at most `maxLength` tokens.
    public init(maxLength: Int, direction: Direction = .right) {
        self.init(maxLength: maxLength, stride: 0, direction: direction)
    }

    package init(maxLength: Int, stride: Int, strategy: Strategy = .longestFirst, direction: Direction = .right) {
        self.maxLength = maxLength
        self.stride = stride
        self.strategy = strategy
        self.direction = direction
    }

    /// How many tokens each text keeps.
    ///
    /// - Parameters:
    ///   - counts: of one text or of two.
    ///   - added: special tokens that the frame adds.
    /// - Throws: `TokenizerError` where there is no room for the frame, or the strategy does not fit.
    func lengths(of counts: [Int], added: Int) throws -> [Int] {
        let (room, overflow) = maxLength.subtractingReportingOverflow(added)
        guard !overflow, room >= 0, stride >= 0, maxLength >= 0 else {
            throw TokenizerError.invalid(
                "a text of at most \(maxLength) tokens has no room for the \(added) special tokens; expected a greater max_length"
            )
        }
        let total = counts.reduce(0, +)
        if total <= room { return counts }
        guard room > 0 else { return counts.map { _ in 0 } }
        guard stride < room else {
            throw TokenizerError.invalid(
                "the stride is \(stride); expected less than the \(room) tokens that a window has")
        }
        switch strategy {
        case .longestFirst:
            guard counts.count == 2 else { return [room] }
            let short = counts.min()!
            var first = short
            var second = short > room ? short : max(short, room - short)
            if first + second > room {
                first = room / 2
                second = first + room % 2
            }
            return counts[0] > counts[1]
                ? [min(counts[0], second), min(counts[1], first)] : [min(counts[0], first), min(counts[1], second)]
        case .onlyFirst, .onlySecond:
            let index = strategy == .onlyFirst ? 0 : 1
            guard index < counts.count else {
                throw TokenizerError.invalid("the truncation strategy is OnlySecond; expected two texts")
            }
            let kept = counts[index] - (total - room)
            guard kept > 0 else {
                throw TokenizerError.invalid(
                    "the text has \(counts[index]) tokens, and \(total - room) too many with the other; expected a greater max_length"
                )
            }
            var lengths = counts
            lengths[index] = kept
            return lengths
        }
    }

    /// What is kept of `count` tokens.
    func kept(_ length: Int, of count: Int) -> Range<Int> {
        direction == .right ? 0 ..< min(length, count) : max(0, count - length) ..< count
    }

    /// All windows of `length` tokens, the one that is kept first.
    func windows(_ length: Int, of count: Int) -> [Range<Int>] {
        guard length < count, length > stride else { return [0 ..< count] }
        var windows: [Range<Int>] = []
        var moved = 0
        while true {
            let window =
                direction == .right
                ? moved ..< min(moved + length, count) : max(0, count - moved - length) ..< count - moved
            windows.append(window)
            if direction == .right ? window.upperBound == count : window.lowerBound == 0 { return windows }
            moved += length - stride
        }
    }
}

extension Encoding {
    /// Cuts a text's tokens, which begin at `first`, to what `options` leave of them.
    ///
    /// - Parameter added: the special tokens of the frame, which count.
    mutating func truncate(from first: Int, _ options: EncodingOptions, added: Int) throws {
        guard let truncation = options.truncation else { return }
        let count = ids.count - first
        let kept = truncation.kept(
            try truncation.lengths(of: [count], added: options.addsSpecialTokens ? added : 0)[0], of: count)
        guard kept.count < count else { return }
        ids = Array(ids[..<first] + ids[first + kept.lowerBound ..< first + kept.upperBound])
        if recordsByteRanges {
            byteRanges = Array(byteRanges[..<first] + byteRanges[first + kept.lowerBound ..< first + kept.upperBound])
        }
    }
}
