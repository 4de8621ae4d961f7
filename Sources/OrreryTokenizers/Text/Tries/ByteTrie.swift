/// Byte strings in a tree, to find the longest one that stands at a place of a text.
struct ByteTrie: Sendable {
    private struct Node {
        /// The children, in `edges`, sorted by byte.
        var firstEdge: Int32 = 0
        var edgeCount: Int32 = 0
        /// The value of the string that ends here; -1 if none does.
        var value: Int32 = -1
    }

    private var nodes = [Node()]
    private var edges: [(byte: UInt8, node: Int32)] = []

    var isEmpty: Bool { nodes.count == 1 }

    /// - Parameter strings: distinct and not empty, with their values.
    init(_ strings: [(bytes: [UInt8], value: Int32)]) {
        let sorted = strings.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        // Breadth first, so that a node's edges come out side by side. Each entry is a node, the strings below it and
        // its depth.
        var pending = [(node: 0, strings: sorted.indices, depth: 0)]
        var next = 0
        while next < pending.count {
            var (node, strings, depth) = pending[next]
            next += 1
            if let first = strings.first, sorted[first].bytes.count == depth {
                nodes[node].value = sorted[first].value
                strings = first + 1 ..< strings.upperBound
            }
            nodes[node].firstEdge = Int32(edges.count)
            while let first = strings.first {
                let byte = sorted[first].bytes[depth]
                let end = strings.first { sorted[$0].bytes[depth] != byte } ?? strings.upperBound
                edges.append((byte, Int32(nodes.count)))
                nodes[node].edgeCount += 1
                pending.append((nodes.count, first ..< end, depth + 1))
                nodes.append(Node())
                strings = end ..< strings.upperBound
            }
        }
    }

    /// The longest string that `text` has at `start`.
    func longestMatch(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> (value: Int32, end: Int)? {
        var found: (value: Int32, end: Int)?
        var node = 0
        var position = start
        while position < text.count, let child = child(of: node, text[position]) {
            node = child
            position += 1
            if nodes[node].value >= 0 { found = (nodes[node].value, position) }
        }
        return found
    }

    private func child(of node: Int, _ byte: UInt8) -> Int? {
        var low = Int(nodes[node].firstEdge)
        var high = low + Int(nodes[node].edgeCount)
        while low < high {
            let middle = (low + high) / 2
            if edges[middle].byte == byte { return Int(edges[middle].node) }
            if edges[middle].byte < byte { low = middle + 1 } else { high = middle }
        }
        return nil
    }
}
