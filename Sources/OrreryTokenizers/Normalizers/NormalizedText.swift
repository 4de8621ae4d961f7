/// Text as a model reads it, and where in the source each of its bytes is from.
package struct NormalizedText {
    package var bytes: [UInt8] = []
    /// For each byte the offset in the source of the character that it is made from, and one more for the end; empty
    /// unless asked for.
    var origins: [Int] = []
}
