/// What becomes of the delimiters when a text is cut at them.
package enum SplitDelimiterBehavior: String, Sendable, Hashable, CaseIterable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    /// Neighbouring delimiters become one piece.
    case contiguous = "Contiguous"

    var merger: Merger { Merger(behavior: self) }

    /// Joins the stretches of one text, as they come, into its pieces.
    ///
    /// Source: Hugging Face tokenizers, `src/tokenizer/normalizer.rs`, NormalizedString::split.
    struct Merger {
        let behavior: SplitDelimiterBehavior
        /// A piece that may still grow.
        private var start = 0
        private var end = 0
        private var isWaiting = false
        /// Whether the last stretch was a delimiter.
        private var wasMatch = false

        init(behavior: SplitDelimiterBehavior) { self.behavior = behavior }

        @inline(__always)
        mutating func append(_ start: Int, _ end: Int, isMatch: Bool, _ take: (Int, Int) -> Void) {
            switch behavior {
            case .removed: if !isMatch { take(start, end) }
            case .isolated: take(start, end)
            case .contiguous: join(start, end, isMatch == wasMatch, isMatch, take)
            case .mergedWithPrevious: join(start, end, isMatch && !wasMatch, isMatch, take)
            // What follows a delimiter joins it, unless it is one itself.
            case .mergedWithNext: join(start, end, wasMatch && !isMatch, isMatch, take)
            }
        }

        @inline(__always)
        private mutating func join(_ start: Int, _ end: Int, _ joins: Bool, _ isMatch: Bool, _ take: (Int, Int) -> Void)
        {
            if joins && isWaiting {
                self.end = end
            } else {
                if isWaiting { take(self.start, self.end) }
                (self.start, self.end, isWaiting) = (start, end, true)
            }
            wasMatch = isMatch
        }

        mutating func finish(_ take: (Int, Int) -> Void) {
            if isWaiting { take(start, end) }
            isWaiting = false
        }
    }
}
