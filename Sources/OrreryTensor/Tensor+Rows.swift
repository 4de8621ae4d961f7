import Kernels

extension Tensor {
    /// Neighbouring rows [n, W] of [N, W]: a view where no gradient is wanted.
    package func rows(_ range: Range<Int>) -> Tensor {
        if range == 0 ..< rows { return self }
        if trace?.tape != nil { return rows(at: Array(range)) }
        return Tensor(
            [range.count, width], dtype, storage: storage, offset: offset + range.lowerBound * rowStride,
            rowStride: rowStride)
    }

    /// Parts [n, W] one below the other.
    package static func joinedRows(_ parts: [Tensor]) -> Tensor {
        guard parts.count > 1 else { return parts[0] }
        let y = Tensor(empty: [parts.reduce(0) { $0 + $1.rows }, parts[0].width], parts[0].dtype)
        var ranges: [Range<Int>] = []
        for part in parts {
            let first = ranges.last?.upperBound ?? 0
            ranges.append(first ..< first + part.rows)
            copyRows(from: part, to: y.rows(ranges[ranges.count - 1]))
        }
        let op = CustomOp(name: "joinedRows", inputs: parts) { dy in
            ranges.map { range in dy[0]?.detached.contiguous().rows(range) }
        }
        return op.record([y])[0]
    }

    /// Rows [n, W] of [N, W] at these places.
    package func rows(at places: [Int]) -> Tensor {
        let y = Tensor(empty: [places.count, width], dtype), bytes = width * dtype.size
        for (i, place) in places.enumerated() {
            (y.pointer + i * bytes).copyMemory(from: pointer + place * rowStride * dtype.size, byteCount: bytes)
        }
        return traced(y, trace, op: .rows(self, places: places))
    }

    /// Adds weight x [n, W] to the rows at these places of this tensor [N, W] float32.
    package func addRows(_ x: Tensor, to places: [Int], weights: [Float]) {
        let (to, from, width) = (float32Pointer, x.float32Pointer, width)
        withExtendedLifetime(x) {
            for (i, place) in places.enumerated() {
                let (row, source, weight) = (to + place * width, from + i * width, weights[i])
                for j in 0 ..< width { row[j] += weight * source[j] }
            }
        }
    }
}
