/// What SHA-1 and SHA-256 have in common (FIPS 180-4, sections 5 and 6): blocks of 64 bytes change a state of 32-bit
/// words, and at the end a one, zeros and the number of bits fill the last of them.
struct BlockDigest {
    /// Changes the state by whole blocks.
    typealias Compression = (_ blocks: UnsafeRawBufferPointer, _ state: inout [UInt32]) -> Void

    private var state: [UInt32]
    /// Bytes that do not fill a block yet.
    private var rest: [UInt8] = []
    private var count: UInt64 = 0
    private let compress: Compression

    init(_ initial: [UInt32], _ compress: @escaping Compression) {
        state = initial
        self.compress = compress
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        count &+= UInt64(bytes.count)
        var bytes = bytes[...]
        if !rest.isEmpty {
            let taken = min(64 - rest.count, bytes.count)
            rest += bytes.prefix(taken)
            bytes = bytes.dropFirst(taken)
            guard rest.count == 64 else { return }
            rest.withUnsafeBytes { compress($0, &state) }
            rest = []
        }
        let whole = bytes.count / 64 * 64
        if whole > 0 { compress(UnsafeRawBufferPointer(rebasing: bytes.prefix(whole)), &state) }
        rest += bytes.dropFirst(whole)
    }

    mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

    /// The hash of what was added, in hexadecimal.
    var hexadecimal: String {
        var copy = self
        let bits = count &* 8
        copy.add([0x80] + [UInt8](repeating: 0, count: (119 - rest.count) % 64))
        withUnsafeBytes(of: bits.bigEndian) { copy.add($0) }
        return copy.state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }
}
