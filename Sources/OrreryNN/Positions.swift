import Foundation
import Kernels
import OrreryTensor

/// How a model knows the order of its tokens. The first three act on the residual stream, the last two inside
/// attention.
package enum PositionEncoding: Sendable {
    case none
    /// Sines and cosines added to the embeddings (arXiv:1706.03762, 3.5)
    case sinusoidal
    /// A table added to the embeddings
    case learned(Embedding)
    /// Queries and keys turned by their positions (arXiv:2104.09864)
    case rotary(RotaryTable)
    /// Scores lowered in proportion to distance (arXiv:2108.12409)
    case alibi(slopes: [Float])

    /// What is added to the embeddings [N, D] of these rows, if anything.
    package func added(_ rows: BatchRows, width: Int) -> Tensor? {
        switch self {
        case .none, .rotary, .alibi: return nil
        case .learned(let table): return table(rows.positions)
        case .sinusoidal:
            let positions = rows.positions
            return Tensor(
                positions.flatMap { sinusoid(position: Int($0), width: width) }, shape: [positions.count, width])
        }
    }

    var rotaryTable: RotaryTable? {
        if case .rotary(let table) = self { table } else { nil }
    }

    var slopes: [Float] {
        if case .alibi(let slopes) = self { slopes } else { [] }
    }

    /// The slopes that ALiBi's authors give for a number of heads: a geometric sequence from 2^(-8/n); where n is no
    /// power of two, those of the next smaller power and every second of the next larger.
    package static func alibiSlopes(heads: Int) -> [Float] {
        func sequence(_ n: Int) -> [Float] { (1 ... n).map { Float(pow(2, -8 * Double($0) / Double(n))) } }
        let power = 1 << (Int.bitWidth - 1 - heads.leadingZeroBitCount)
        if power == heads { return sequence(heads) }
        let more = sequence(2 * power)
        return sequence(power) + (0 ..< heads - power).map { more[2 * $0] }
    }
}

/// Element 2i is sin(p / 10000^(2i / D)), element 2i + 1 its cosine.
private func sinusoid(position: Int, width: Int) -> [Float] {
    (0 ..< width).map { i in
        let angle = Double(position) / pow(10000, Double(i / 2 * 2) / Double(width))
        return Float(i % 2 == 0 ? sin(angle) : cos(angle))
    }
}
