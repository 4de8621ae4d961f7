import OrreryTokenizers

/// A pair that may be merged, and the words it was met in when it came up.
struct MergeCandidate {
    var pair: SymbolPair
    /// How often the pair stood in the words when this was last looked at.
    var count: Int
    /// The words, as a part of `MergeOccurrences`.
    var words: Range<Int>
}

/// Which of two candidates is merged first.
protocol MergeOrder {
    func isBefore(_ first: MergeCandidate, _ second: MergeCandidate) -> Bool
}

/// The candidates, the next one on top: a heap with four children to a node, half as deep as one with two.
struct MergeQueue<Order: MergeOrder>: ~Copyable {
    private var nodes: UnsafeMutablePointer<MergeCandidate>
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 1024)
        nodes = .allocate(capacity: self.capacity)
    }

    deinit { nodes.deallocate() }

    mutating func push(_ candidate: MergeCandidate, _ order: Order) {
        if count == capacity { grow() }
        var index = count
        count += 1
        while index > 0 {
            let parent = (index - 1) / 4
            guard order.isBefore(candidate, nodes[parent]) else { break }
            nodes[index] = nodes[parent]
            index = parent
        }
        nodes[index] = candidate
    }

    var top: MergeCandidate? { count == 0 ? nil : nodes[0] }

    /// Puts a candidate in place of the one on top.
    mutating func replaceTop(with candidate: MergeCandidate, _ order: Order) {
        var index = 0
        while true {
            let first = 4 * index + 1
            guard first < count else { break }
            var best = first
            for child in (first + 1) ..< max(first + 1, min(first + 4, count))
            where order.isBefore(nodes[child], nodes[best]) { best = child }
            guard order.isBefore(nodes[best], candidate) else { break }
            nodes[index] = nodes[best]
            index = best
        }
        nodes[index] = candidate
    }

    mutating func removeTop(_ order: Order) {
        count -= 1
        if count > 0 { replaceTop(with: nodes[count], order) }
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<MergeCandidate>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: nodes, count: count)
        nodes.deallocate()
        (nodes, capacity) = (larger, capacity * 2)
    }
}
