/// A statement about a string that schemas make. Texts are bytes, as Swift's strings equal others whose bytes differ.
enum StringAtom: Hashable, Sendable {
    /// The pattern is found in it.
    case pattern([UInt8])
    /// It is of a format, by its pattern (`StringFormat`).
    case format(String)
    /// It has so many code points.
    case length(atLeast: Int)
    case among(Set<[UInt8]>)
}
