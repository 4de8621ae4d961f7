extension Reference {
    /// Pairs (i, i + R / 2) of each head's first R elements, turned by the angle of their row (arXiv:2104.09864).
    /// x [rows, heads, head size]; cosines and sines [rows, R / 2]; sign -1 turns back.
    package static func rotary(
        _ x: [Float], cosines: [Float], sines: [Float], sign: Double, heads: Int, headSize: Int, rotated R: Int
    ) -> [Double] {
        var y = x.map(Double.init)
        for head in 0 ..< x.count / headSize {
            let at = head * headSize, angle = head / heads * (R / 2)
            for i in 0 ..< R / 2 {
                let (a, b) = (Double(x[at + i]), Double(x[at + i + R / 2]))
                let (c, s) = (Double(cosines[angle + i]), sign * Double(sines[angle + i]))
                y[at + i] = a * c - b * s
                y[at + i + R / 2] = b * c + a * s
            }
        }
        return y
    }
}
