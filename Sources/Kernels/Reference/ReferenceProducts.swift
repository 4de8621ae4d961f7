// Sums of products. M, N, K: rows, columns and the length that is summed over.
extension Reference {
    /// start + A B of A [M, K] and B [K, N]: [M, N].
    package static func product(
        _ a: [Float], _ b: [Float], M: Int, N: Int, K: Int, start: (Int, Int) -> Float = { _, _ in 0 }
    ) -> [Double] {
        var c = [Double](repeating: 0, count: M * N)
        for i in 0 ..< M {
            for j in 0 ..< N {
                var sum = Double(start(i, j))
                for k in 0 ..< K { sum += Double(a[i * K + k]) * Double(b[k * N + j]) }
                c[i * N + j] = sum
            }
        }
        return c
    }

    /// [rows, columns] to [columns, rows].
    package static func transposed(_ x: [Float], rows: Int, columns: Int) -> [Float] {
        (0 ..< rows * columns).map { x[$0 % rows * columns + $0 / rows] }
    }

    /// Σ over rows: [width].
    package static func columnSums(_ x: [Float], width: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: width)
        for (i, value) in x.enumerated() { sums[i % width] += Double(value) }
        return sums
    }

    /// Σ x y of each row: [rows].
    package static func rowDots(_ x: [Float], _ y: [Float], width: Int) -> [Double] {
        (0 ..< x.count / width).map { row in
            (row * width ..< (row + 1) * width).reduce(0) { $0 + Double(x[$1]) * Double(y[$1]) }
        }
    }

    package static func sumOfSquares(_ x: [Float]) -> Double { x.reduce(0) { $0 + Double($1) * Double($1) } }

    /// a x + b y
    package static func axpby(_ a: Float, _ x: [Float], _ b: Float, _ y: [Float]) -> [Double] {
        zip(x, y).map { Double(a) * Double($0) + Double(b) * Double($1) }
    }

    /// Rows of the table [rows, width] by id: [ids, width].
    package static func gather(_ table: [Float], ids: [Int32], width: Int) -> [Float] {
        ids.flatMap { table[Int($0) * width ..< (Int($0) + 1) * width] }
    }

    /// dtable[ids[i]] + Σ dy[i]: [rows, width].
    package static func scatterAdd(_ dy: [Float], ids: [Int32], to dtable: [Float], width: Int) -> [Double] {
        var sums = dtable.map(Double.init)
        for (i, id) in ids.enumerated() {
            for j in 0 ..< width { sums[Int(id) * width + j] += Double(dy[i * width + j]) }
        }
        return sums
    }
}
