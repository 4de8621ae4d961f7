import Foundation
import Kernels
import Synchronization

/// Cosines and sines of rotary positions (arXiv:2104.09864): angle = position / theta^(2i / rotated).
///
/// Made as far as positions are used: a configuration may promise a million of them.
public final class RotaryTable: Sendable {
    /// Elements of a head that turn; the rest pass unchanged.
    public let rotated: Int
    public let positions: Int
    private let frequencies: [Float]
    private let made = Mutex(Rows(count: 0, cosines: Tensor([], shape: [0]), sines: Tensor([], shape: [0])))

    private struct Rows {
        var count: Int
        var cosines: Tensor
        var sines: Tensor
    }

    /// - Parameter theta: the base, `rope_theta`.
    public init(rotated: Int, positions: Int, theta: Float) {
        precondition(rotated > 0 && rotated % 2 == 0, "rotary: an even number of elements turns, not \(rotated)")
        self.rotated = rotated
        self.positions = positions
        // Frequencies and angles are float32, as every published implementation has them.
        frequencies = (0 ..< rotated / 2).map { 1 / Float(pow(Double(theta), Double(Float(2 * $0) / Float(rotated)))) }
    }

    /// Rows of `rotated / 2` for positions 0 ..< count, and possibly more.
    package func rows(_ count: Int) -> (cosines: Tensor, sines: Tensor) {
        precondition(count <= positions, "rotary: position \(count - 1) in a table of \(positions)")
        return made.withLock { rows in
            if rows.count < count { rows = make(min(positions, max(256, count, 2 * rows.count))) }
            return (rows.cosines, rows.sines)
        }
    }

    private func make(_ count: Int) -> Rows {
        let half = frequencies.count
        var c = [Float](repeating: 0, count: count * half), s = c
        for p in 0 ..< count {
            for i in 0 ..< half {
                let angle = Double(Float(p) * frequencies[i])
                c[p * half + i] = Float(cos(angle))
                s[p * half + i] = Float(sin(angle))
            }
        }
        return Rows(count: count, cosines: Tensor(c, shape: [count, half]), sines: Tensor(s, shape: [count, half]))
    }
}
