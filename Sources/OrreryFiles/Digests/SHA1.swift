/// SHA-1 (FIPS 180-4, section 6.1), by which Git names what it stores.
///
/// It tells a damaged file from a whole one and is no proof against someone who wants to deceive.
package struct SHA1 {
    private var digest = BlockDigest([0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0], compress)

    package init() {}

    /// The hash of Git's object for a file of so many bytes, which are added next.
    package init(gitBlobOf byteCount: Int) {
        add(Array("blob \(byteCount)\0".utf8))
    }

    package mutating func add(_ bytes: UnsafeRawBufferPointer) { digest.add(bytes) }

    package mutating func add(_ bytes: [UInt8]) { digest.add(bytes) }

    /// The hash of what was added, in hexadecimal.
    package var hexadecimal: String { digest.hexadecimal }

    private static func compress(_ blocks: UnsafeRawBufferPointer, _ state: inout [UInt32]) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { w in
            for start in stride(from: 0, to: blocks.count, by: 64) {
                for t in 0 ..< 16 {
                    w[t] = UInt32(bigEndian: blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
                }
                for t in 16 ..< 80 { w[t] = rotated(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1) }
                var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
                for t in 0 ..< 80 {
                    let (f, k): (UInt32, UInt32) =
                        switch t {
                        case ..<20: ((b & c) ^ (~b & d), 0x5a82_7999)
                        case ..<40: (b ^ c ^ d, 0x6ed9_eba1)
                        case ..<60: ((b & c) ^ (b & d) ^ (c & d), 0x8f1b_bcdc)
                        default: (b ^ c ^ d, 0xca62_c1d6)
                        }
                    (e, d, c, b, a) = (d, c, rotated(b, 30), a, rotated(a, 5) &+ f &+ e &+ k &+ w[t])
                }
                for (i, x) in [a, b, c, d, e].enumerated() { state[i] &+= x }
            }
        }
    }

    private static func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x << n | x >> (32 - n) }
}
