/// A set of byte strings with values, walked byte by byte: one array look-up a byte.
///
/// The units are those of Darts-clone, which sentencepiece's files hold (`precompiled_charsmap`): a node at index `i`
/// has its child for byte `b` at `i ^ offset ^ b`, where the low byte of the unit must be `b`; a node that ends a key
/// has a leaf at `i ^ offset`, whose 31 low bits are the value and whose top bit is set. No key may hold a zero byte.
///
/// Source: https://github.com/s-yata/darts-clone, `include/darts.h`, class DoubleArrayUnit.
package struct DoubleArrayTrie: Sendable {
    package let units: [UInt32]

    /// Takes units from a file.
    ///
    /// - Returns: nil where a walk could leave the array, so that walks need not look.
    package init?(validating units: [UInt32]) {
        guard let root = units.first, root & (Self.leafBit | 0xFF) == 0, !Self.endsKey(root), Self.offset(root) != 0,
            Self.offset(root) | 0xFF < units.count
        else { return nil }
        for (index, unit) in units.enumerated().dropFirst() where unit & Self.leafBit == 0 {
            let child = index ^ Self.offset(unit)
            guard child | 0xFF < units.count, !Self.endsKey(unit) || units[child] & Self.leafBit != 0 else {
                return nil
            }
        }
        self.units = units
    }

    /// - Precondition: a builder made them.
    init(trusted units: [UInt32]) { self.units = units }

    static let leafBit: UInt32 = 1 << 31

    @inline(__always)
    static func endsKey(_ unit: UInt32) -> Bool { unit & 1 << 8 != 0 }

    /// The distance to the children: 21 bits, counted in units or, with bit 9 set, in 256 units.
    @inline(__always)
    static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 1 << 9) >> 6)) }

    /// Gives `body` a reader of the units that a loop can keep.
    @inline(__always)
    package func withWalker<Result>(_ body: (Walker) throws -> Result) rethrows -> Result {
        try units.withUnsafeBufferPointer { try body(Walker(units: $0)) }
    }

    /// Reads the units without looking at the array's end, which `init` has looked at for every unit.
    package struct Walker {
        fileprivate let units: UnsafeBufferPointer<UInt32>

        /// Where a walk starts.
        package static let root = 0

        /// Goes from `node` to its child for `byte`; false, and no change, where there is none.
        @inline(__always)
        package func step(_ byte: UInt8, from node: inout Int) -> Bool {
            let base = units.baseAddress.unsafelyUnwrapped
            let child = node ^ DoubleArrayTrie.offset(base[node]) ^ Int(byte)
            guard base[child] & (DoubleArrayTrie.leafBit | 0xFF) == UInt32(byte) else { return false }
            node = child
            return true
        }

        /// The value of the key that ends at `node`, or -1.
        @inline(__always)
        package func value(at node: Int) -> Int32 {
            let base = units.baseAddress.unsafelyUnwrapped
            let unit = base[node]
            guard DoubleArrayTrie.endsKey(unit) else { return -1 }
            return Int32(bitPattern: base[node ^ DoubleArrayTrie.offset(unit)] & ~DoubleArrayTrie.leafBit)
        }

        /// How many of the bytes from `start` on lead from node to node, whether or not a key ends there.
        @inline(__always)
        func depth(of bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
            var node = Self.root
            var position = start
            while position < bytes.count, step(bytes[position], from: &node) { position += 1 }
            return position - start
        }

        /// The longest key that `bytes` start with.
        ///
        /// - Parameter limit: how many keys are looked at, shortest first.
        @inline(__always)
        package func longestPrefix(
            of bytes: UnsafeBufferPointer<UInt8>, from start: Int, limit: Int
        ) -> (length: Int, value: Int32)? {
            var node = Self.root
            var found: (length: Int, value: Int32)?
            var count = 0
            var position = start
            while position < bytes.count, step(bytes[position], from: &node) {
                position += 1
                let value = value(at: node)
                if value >= 0 {
                    found = (position - start, value)
                    count += 1
                    if count == limit { break }
                }
            }
            return found
        }
    }
}
