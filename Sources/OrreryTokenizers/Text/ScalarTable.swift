/// A map from Unicode scalars to token ids, built for speed: two array look-ups, no hashing.
///
/// Pages of 256 scalars; those without an entry share page 0, so that a vocabulary of Latin letters takes 10 KB and one
/// of all 1.1 million scalars 4.4 MB. Scalars are compared as numbers: U+212B and U+00C5, both "Å", stay two entries,
/// where a dictionary keyed by `String` would merge them.
struct ScalarTable: Sendable {
    /// What stands for "no entry".
    static let missing: TokenID = -1

    private var pageOf = [UInt16](repeating: 0, count: 0x110000 >> 8)
    private var entries = [TokenID](repeating: missing, count: 256)

    subscript(scalar: Unicode.Scalar) -> TokenID {
        get { entries[Int(pageOf[Int(scalar.value >> 8)]) << 8 | Int(scalar.value & 0xFF)] }
        set {
            let page = Int(scalar.value >> 8)
            if pageOf[page] == 0 {
                pageOf[page] = UInt16(entries.count >> 8)
                entries.append(contentsOf: repeatElement(Self.missing, count: 256))
            }
            entries[Int(pageOf[page]) << 8 | Int(scalar.value & 0xFF)] = newValue
        }
    }

    /// The ids of the 128 ASCII characters, side by side: the inner loop's short cut.
    var ascii: [TokenID] { (0 ..< 128).map { self[Unicode.Scalar($0)] } }
}
