/// Builds a `DoubleArrayTrie`, which is also what sentencepiece calls a compiled trie.
///
/// Places each node's children, widest freedom first: a list of the free slots of the last sixteen blocks of 256 is
/// searched for one around which all children fit; where none does, a block is added. Each base is used by one node
/// only, because a unit says which byte leads to it but not from where.
package struct DoubleArrayTrieBuilder {
    /// Blocks older than this are given up with the holes they have, which bounds the search.
    private static let openBlocks = 16
    private static let none = -1

    private var units: [UInt32] = []
    private var isFree: [Bool] = []
    private var isBase: [Bool] = []
    /// The free slots of open blocks, in both directions.
    private var next: [Int] = []
    private var previous: [Int] = []
    private var firstFree = none
    private var lastFree = none

    /// A node to be filled: its place, the keys that pass through it, and how many of their bytes lead here.
    private struct Pending {
        let node: Int
        let keys: Range<Int>
        let depth: Int
    }

    /// The trie of the pieces with these ids, each with its id as value.
    ///
    /// - Parameter ids: of pieces that differ, are not empty and hold no zero byte.
    package static func trie(of pieces: PieceTable, ids: [Int]) -> DoubleArrayTrie {
        let keys = pieces.withBytes { bytes in
            ids.map { (id: $0, bytes: UnsafeBufferPointer(rebasing: bytes[pieces.range(of: $0)])) }
                .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.map(\.id)
        }
        var builder = DoubleArrayTrieBuilder()
        pieces.withBytes { builder.build(pieces, $0, keys) }
        return DoubleArrayTrie(trusted: builder.units)
    }

    private mutating func build(_ pieces: PieceTable, _ bytes: UnsafeBufferPointer<UInt8>, _ keys: [Int]) {
        addBlock()
        take(0)
        isBase[0] = true  // or a zero byte would lead from somewhere to the root
        var pending = [Pending(node: 0, keys: 0 ..< keys.count, depth: 0)]
        var labels: [UInt8] = []
        var ranges: [Range<Int>] = []
        while let place = pending.popLast() {
            labels.removeAll(keepingCapacity: true)
            ranges.removeAll(keepingCapacity: true)
            // The children: label 0 for a key that ends here, else the next byte.
            var start = place.keys.lowerBound
            while start < place.keys.upperBound {
                let label = Self.label(pieces.range(of: keys[start]), place.depth, bytes)
                var end = start + 1
                while end < place.keys.upperBound, Self.label(pieces.range(of: keys[end]), place.depth, bytes) == label
                { end += 1 }
                labels.append(label)
                ranges.append(start ..< end)
                start = end
            }
            let base = place.keys.isEmpty ? 1 : self.base(for: labels, of: place.node)
            isBase[base] = true
            setOffset(of: place.node, to: base, endsKey: labels.first == 0)
            for (label, range) in zip(labels, ranges) {
                let child = base ^ Int(label)
                take(child)
                if label == 0 {
                    units[child] = UInt32(keys[range.lowerBound]) | DoubleArrayTrie.leafBit
                } else {
                    units[child] = UInt32(label)
                    pending.append(Pending(node: child, keys: range, depth: place.depth + 1))
                }
            }
        }
        for block in max(0, units.count / 256 - Self.openBlocks) ..< units.count / 256 { close(block) }
    }

    private static func label(_ key: Range<Int>, _ depth: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> UInt8 {
        key.count == depth ? 0 : bytes[key.lowerBound + depth]
    }

    /// A base around which slots for all `labels` are free and which `node` can point to.
    private mutating func base(for labels: [UInt8], of node: Int) -> Int {
        var slot = firstFree
        while slot != Self.none {
            let base = slot ^ Int(labels[0])
            if !isBase[base], Self.canPoint(from: node, to: base), labels.allSatisfy({ isFree[base ^ Int($0)] }) {
                return base
            }
            slot = next[slot]
        }
        let start = units.count
        addBlock()
        return start | node & 0xFF
    }

    /// Whether the distance fits: 21 bits, or 29 whose low eight are zero.
    private static func canPoint(from node: Int, to base: Int) -> Bool {
        let distance = node ^ base
        return distance & 0xFF == 0 || distance < 1 << 21
    }

    private mutating func setOffset(of node: Int, to base: Int, endsKey: Bool) {
        let distance = UInt32(node ^ base)
        units[node] |= distance < 1 << 21 ? distance << 10 : distance << 2 | 1 << 9
        if endsKey { units[node] |= 1 << 8 }
    }

    private mutating func addBlock() {
        let start = units.count
        let block = start / 256
        if block >= Self.openBlocks { close(block - Self.openBlocks) }
        units.append(contentsOf: repeatElement(0, count: 256))
        isFree.append(contentsOf: repeatElement(true, count: 256))
        isBase.append(contentsOf: repeatElement(false, count: 256))
        next.append(contentsOf: start + 1 ..< start + 257)
        previous.append(contentsOf: start - 1 ..< start + 255)
        previous[start] = lastFree
        next[start + 255] = Self.none
        if lastFree == Self.none { firstFree = start } else { next[lastFree] = start }
        lastFree = start + 255
    }

    private mutating func take(_ slot: Int) {
        isFree[slot] = false
        let (before, after) = (previous[slot], next[slot])
        if before == Self.none { firstFree = after } else { next[before] = after }
        if after == Self.none { lastFree = before } else { previous[after] = before }
    }

    /// Gives the holes of a block labels that no node can reach them by: those of a base that nobody has. There is one
    /// where there is a hole, for every base in use has a child in its own block.
    private mutating func close(_ block: Int) {
        let slots = block * 256 ..< block * 256 + 256
        guard let unused = slots.first(where: { !isBase[$0] }) else { return }
        for slot in slots where isFree[slot] {
            take(slot)
            units[slot] = UInt32((slot ^ unused) & 0xFF)
        }
    }
}
