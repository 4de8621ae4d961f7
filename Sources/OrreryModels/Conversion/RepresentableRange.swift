import Kernels

extension BlockFormat {
    /// Encodes a row, unless the format cannot give one of its numbers back: NaN and infinity in any format, and what
    /// is beyond the largest number of the format. In blocks it is the scale, in half precision, that is too small for
    /// a large number.
    ///
    /// - Parameter scratch: room for the row.
    /// - Returns: the column of a number that cannot be stored; nil where all can.
    func encodeChecked(
        _ row: UnsafePointer<Float>, count: Int, into bytes: UnsafeMutableRawPointer,
        scratch: UnsafeMutablePointer<Float>
    ) -> Int? {
        var largest: Float = 0
        for i in 0 ..< count {
            let magnitude = row[i].magnitude
            guard magnitude <= .greatestFiniteMagnitude else { return i }
            largest = max(largest, magnitude)
        }
        // Far beyond every format with a scale in half precision, and where an encoder's own sums would overflow.
        if largest > 1e12, !isFloat, self != .mxfp4 { return (0 ..< count).first { row[$0].magnitude == largest } }
        encode(row, count: count, into: bytes)
        // Below this every scale of every format is finite.
        guard largest > 60_000, self != .float32 else { return nil }
        decode(bytes, count: count, into: scratch)
        guard let first = (0 ..< count).first(where: { !scratch[$0].isFinite }) else { return nil }
        // One large number spoils the scale of its whole block: that one is named.
        let block = first / elementsPerBlock * elementsPerBlock
        return (block ..< min(block + elementsPerBlock, count)).max { row[$0].magnitude < row[$1].magnitude }
    }
}
