/// Cuts at what a pattern matches, or at what it does not.
///
/// Source: Hugging Face tokenizers, `src/pre_tokenizers/split.rs`.
package struct Split: Sendable {
    package let pattern: TextPattern
    package let behavior: SplitDelimiterBehavior
    /// Whether the delimiters are what the pattern does not match.
    package let invert: Bool

    package init(_ pattern: TextPattern, behavior: SplitDelimiterBehavior, invert: Bool = false) {
        self.pattern = pattern
        self.behavior = behavior
        self.invert = invert
    }

    func preTokenize(_ text: inout PreTokenizedString) throws {
        try text.split(behavior) { (piece: UnsafeBufferPointer<UInt8>, emit: (Int, Int, Bool) -> Void) in
            var last = 0
            try pattern.forEachMatch(in: piece) { match in
                if last != match.lowerBound { emit(last, match.lowerBound, invert) }
                emit(match.lowerBound, match.upperBound, !invert)
                last = match.upperBound
            }
            if last < piece.count { emit(last, piece.count, invert) }
        }
    }
}
