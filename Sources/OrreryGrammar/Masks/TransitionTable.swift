/// Where each byte leads from numbered states: rows of 256 numbers, in memory that the walk over a vocabulary reads without
/// checks.
final class TransitionTable {
    static let unknown: Int32 = -2
    static let dead: Int32 = -1

    private(set) var count = 0
    private var capacity = 64
    private(set) var cells: UnsafeMutablePointer<Int32>

    init() { cells = .allocate(capacity: 64 << 8) }

    deinit { cells.deallocate() }

    /// Adds a state of which nothing is known.
    func addState() -> Int32 {
        if count == capacity {
            let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity << 9)
            larger.update(from: cells, count: capacity << 8)
            cells.deallocate()
            cells = larger
            capacity *= 2
        }
        (cells + (count << 8)).initialize(repeating: Self.unknown, count: 256)
        count += 1
        return Int32(count - 1)
    }

    func set(_ target: Int32, from state: Int32, on byte: UInt8) {
        precondition(Int(state) < count, "TransitionTable: expected a state below \(count), found \(state)")
        cells[Int(state) << 8 | Int(byte)] = target
    }

    func removeAll() { count = 0 }
}

/// A walk over the tokens below a node of a tree, from a state of a transition table.
struct TokenWalk {
    let tree: TokenTree
    let table: TransitionTable

    /// Adds the tokens that can be read to a mask.
    ///
    /// - Parameters:
    ///   - miss: where a byte leads of which the table does not know.
    ///   - allows: whether a token may lead to a state; nil allows all.
    ///   - takesOver: whether what is below a node with a quotation mark was added otherwise.
    func run(
        from start: Int32, below root: Int, _ mask: inout AllowedTokens, miss: (Int32, UInt8) -> Int32,
        allows: ((Int32) -> Bool)?, takesOver: (Int32, Int, inout AllowedTokens) -> Bool
    ) {
        let top = root < 0 ? 0 : Int(tree.nodes[root].depth)
        let end = root < 0 ? tree.nodes.count : Int(tree.nodes[root].end)
        let twins = tree.twins
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: tree.depth - top + 2) { states in
            states[0] = start
            tree.nodes.withUnsafeBufferPointer { nodes in
                var index = root + 1
                var cells = table.cells
                while index < end {
                    let node = nodes[index]
                    let depth = Int(node.depth) - top
                    var state = cells[Int(states[depth - 1]) << 8 | Int(node.byte)]
                    if state == TransitionTable.unknown {
                        state = miss(states[depth - 1], node.byte)
                        cells = table.cells
                    }
                    if state < 0 {
                        index = Int(node.end)
                        continue
                    }
                    states[depth] = state
                    if node.token >= 0, allows?(state) ?? true {
                        mask.insert(node.token)
                        if !twins.isEmpty, let more = twins[node.token] { for twin in more { mask.insert(twin) } }
                    }
                    if node.byte == UInt8(ascii: "\""), Int(node.end) > index + 1, takesOver(state, index, &mask) {
                        index = Int(node.end)
                        cells = table.cells
                    } else {
                        index += 1
                    }
                }
            }
        }
    }
}
