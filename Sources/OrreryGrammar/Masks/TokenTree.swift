/// The tree of some tokens' bytes, its nodes in depth-first order.
struct TokenTree: Sendable {
    /// A token is the text down to its node.
    struct Node: Sendable {
        let byte: UInt8
        let depth: UInt16
        /// The token of the node, or -1; further ones with the same bytes are in `twins`.
        let token: Int32
        /// The first node that is not below this one.
        let end: Int32
    }

    /// Longer ones are never allowed.
    static let longestToken = 512

    private(set) var nodes: [Node] = []
    private(set) var twins: [Int32: [Int32]] = [:]
    private(set) var depth = 0

    init(_ tokens: [[UInt8]?]) {
        let order = tokens.indices.filter { !(tokens[$0]?.isEmpty ?? true) && tokens[$0]!.count <= Self.longestToken }
            .sorted { tokens[$0]!.lexicographicallyPrecedes(tokens[$1]!) }
        var ends: [Int32] = []
        var bytes: [UInt8] = [], depths: [UInt16] = [], ids: [Int32] = []
        var path: [Int] = []
        var previous: [UInt8] = []
        for id in order {
            let token = tokens[id]!
            if token == previous {
                twins[ids[path.last!], default: []].append(Int32(id))
                continue
            }
            let shared = zip(token, previous).prefix { $0 == $1 }.count
            while path.count > shared { ends[path.removeLast()] = Int32(bytes.count) }
            for index in shared ..< token.count {
                path.append(bytes.count)
                bytes.append(token[index])
                depths.append(UInt16(index + 1))
                ids.append(-1)
                ends.append(0)
            }
            ids[path.last!] = Int32(id)
            depth = max(depth, token.count)
            previous = token
        }
        while let node = path.popLast() { ends[node] = Int32(bytes.count) }
        nodes = bytes.indices.map { Node(byte: bytes[$0], depth: depths[$0], token: ids[$0], end: ends[$0]) }
    }
}
