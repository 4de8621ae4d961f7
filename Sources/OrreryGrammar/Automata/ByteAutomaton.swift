/// A deterministic automaton over bytes from each of whose states an accepting one can be reached, so that a byte with a
/// transition never leads into a dead end. It starts in state 0; without states its language is empty.
package final class ByteAutomaton: Sendable {
    /// A transition on every byte of a range.
    package struct Edge: Hashable, Sendable {
        package let low: UInt8
        package let high: UInt8
        package let target: Int32
    }

    /// The states' transitions one after another, each state's disjoint and ascending.
    let edges: [Edge]
    /// Where each state's transitions begin in `edges`, and at the end their number.
    let offsets: [Int32]
    /// What each state accepts: a label of zero or more, or -1.
    let labels: [Int32]

    init(edges: [Edge], offsets: [Int32], labels: [Int32]) {
        self.edges = edges
        self.offsets = offsets
        self.labels = labels
    }

    /// The number of states.
    package var count: Int { labels.count }
    /// Whether no text is accepted.
    package var isEmpty: Bool { labels.isEmpty }

    /// The transitions of a state.
    @inline(__always)
    func edges(of state: Int32) -> ArraySlice<Edge> {
        edges[Int(offsets[Int(state)]) ..< Int(offsets[Int(state) + 1])]
    }

    /// Where `byte` leads from `state`; -1 where it is not allowed.
    @inline(__always)
    package func next(_ state: Int32, _ byte: UInt8) -> Int32 {
        var index = Int(offsets[Int(state)])
        let end = Int(offsets[Int(state) + 1])
        while index < end, edges[index].high < byte { index += 1 }
        return index < end && edges[index].low <= byte ? edges[index].target : -1
    }

    /// The state after `bytes`; -1 where they are no beginning of an accepted text.
    package func state(after bytes: some Sequence<UInt8>, from start: Int32 = 0) -> Int32 {
        guard !isEmpty else { return -1 }
        var state = start
        for byte in bytes {
            state = next(state, byte)
            if state < 0 { return -1 }
        }
        return state
    }

    /// The label of `bytes`; -1 where they are not accepted.
    package func label(of bytes: some Sequence<UInt8>) -> Int32 {
        let state = state(after: bytes)
        return state < 0 ? -1 : labels[Int(state)]
    }

    /// Whether some text that `sequence` describes can be read from `state`.
    func canRead(_ sequence: ArraySlice<ClosedRange<UInt8>>, from state: Int32, _ test: (Int32) -> Bool) -> Bool {
        guard let range = sequence.first else { return test(state) }
        return edges(of: state).contains { edge in
            edge.low <= range.upperBound && edge.high >= range.lowerBound
                && canRead(sequence.dropFirst(), from: edge.target, test)
        }
    }

    /// Texts in UTF-8, all of them, without surrogates and overlong forms.
    static let utf8: ByteAutomaton = {
        var builder = AutomatonBuilder()
        let start = builder.addState(label: 0)
        for sequence in UTF8Ranges.sequences(0 ... 0x10FFFF) { builder.add(sequence, from: start, to: start) }
        return builder.finished()
    }()
}
