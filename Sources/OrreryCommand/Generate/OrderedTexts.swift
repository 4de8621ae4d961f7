/// Texts that grow together and are shown one after the other: the first that has not ended as it comes, those behind
/// it when it is their turn.
package struct OrderedTexts {
    package enum Event: Equatable, Sendable { case begin(Int), text(String), end(Int, whole: String) }

    private var texts: [String] = []
    private var hasEnded: [Bool] = []
    /// The text that is being shown, and whether its beginning was.
    private var current = 0
    private var hasBegun = false

    package init() {}

    /// Adds to a text.
    ///
    /// - Parameter show: receives what is to be shown now, in the order of the texts.
    package mutating func add(_ text: String, to index: Int, isLast: Bool, show: (Event) throws -> Void) rethrows {
        while texts.count <= index {
            texts.append("")
            hasEnded.append(false)
        }
        texts[index] += text
        hasEnded[index] = hasEnded[index] || isLast
        guard index == current else { return }
        var part = text
        while current < texts.count {
            if !hasBegun { try show(.begin(current)) }
            hasBegun = true
            if !part.isEmpty { try show(.text(part)) }
            guard hasEnded[current] else { return }
            try show(.end(current, whole: texts[current]))
            (current, hasBegun) = (current + 1, false)
            part = current < texts.count ? texts[current] : ""
        }
    }
}
