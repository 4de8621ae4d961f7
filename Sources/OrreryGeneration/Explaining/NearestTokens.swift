import OrreryTensor
import OrreryTokenizers

/// The tokens whose embeddings point the same way.
///
/// V tokens, D width.
struct NearestTokens {
    private let table: Parameter
    private let rows: [Float]
    private let norms: [Float]
    private let isToken: (TokenID) -> Bool
    /// Tokens looked up at once: [chunk, V] cosines are in memory.
    private static let chunk = 32

    /// - Parameters:
    ///   - table: [V, D].
    ///   - isToken: false for rows that stand for nothing.
    init(_ table: Parameter, isToken: @escaping (TokenID) -> Bool) {
        self.table = table
        self.isToken = isToken
        let rows = table.value.floats, D = table.shape[1]
        norms = rows.withUnsafeBufferPointer { rows in
            (0 ..< rows.count / D).map { v in
                (0 ..< D).reduce(Float(0)) { $0 + rows[v * D + $1] * rows[v * D + $1] }.squareRoot()
            }
        }
        self.rows = rows
    }

    /// For each token the `count` nearest others with their cosines, nearest first.
    func callAsFunction(_ tokens: [TokenID], count: Int) -> [[(token: TokenID, cosine: Float)]] {
        let D = table.shape[1], V = norms.count
        return stride(from: 0, to: tokens.count, by: Self.chunk).flatMap { start in
            let some = Array(tokens[start...].prefix(Self.chunk))
            let queries = Tensor(some.flatMap { rows[Int($0) * D ..< (Int($0) + 1) * D] }, shape: [some.count, D])
            let products = queries.linear(table, as: .float32).floats
            return some.enumerated().map { index, token in
                nearest(to: token, Array(products[index * V ..< (index + 1) * V]), count)
            }
        }
    }

    private func nearest(to token: TokenID, _ products: [Float], _ count: Int) -> [(token: TokenID, cosine: Float)] {
        var best: [(token: TokenID, cosine: Float)] = []
        for v in 0 ..< norms.count where v != Int(token) {
            let scale = norms[v] * norms[Int(token)]
            let cosine = scale > 0 ? products[v] / scale : 0
            guard best.count < count || cosine > best[best.count - 1].cosine, isToken(TokenID(v)) else { continue }
            if best.count == count { best.removeLast() }
            best.insert((TokenID(v), cosine), at: best.firstIndex { $0.cosine < cosine } ?? best.count)
        }
        return best
    }
}
