/// Where in the source a byte of a normalized text is from: the bytes `start ..< end`.
///
/// All bytes of one character have the same.
struct Alignment: Sendable, Equatable {
    var start: Int32
    var end: Int32
}

/// Bytes, and for each of them its alignment; `alignments` is empty where places are not kept.
struct AlignedBytes: Sendable {
    var bytes: [UInt8] = []
    var alignments: [Alignment] = []

    mutating func reserveCapacity(_ count: Int, aligned: Bool) {
        bytes.reserveCapacity(count)
        if aligned { alignments.reserveCapacity(count) }
    }
}
