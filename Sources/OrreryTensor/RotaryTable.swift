import Foundation
import Kernels
import Synchronization

/// Cosines and sines of rotary positions (arXiv:2104.09864): angle = position / theta^(2i / dimensions), or as a
/// scaling has it.
///
/// Made as far as positions are used: a configuration may promise a million of them.
package final class RotaryTable: Sendable {
    /// Elements of a head that turn; the rest pass unchanged.
    package let rotated: Int
    package let positions: Int
    package let theta: Float
    package let scaling: RotaryScaling
    /// What frequencies are computed from: `rotated`, or one less where a partial rotation of an odd number of elements
    /// is rounded up.
    private let dimensions: Int
    private let made = Guarded<[RotaryScaling.Stretch: Rows]>([:])

    private struct Rows {
        var first: Int
        var count: Int
        var cosines: Tensor
        var sines: Tensor
    }

    /// - Parameters:
    ///   - rotated: elements that turn. They turn in pairs: of an odd number the last turns with the one behind.
    ///   - theta: the base, `rope_theta`.
    package init(rotated: Int, positions: Int, theta: Float, scaling: RotaryScaling = .none) {
        precondition(rotated > 0, "rotary: \(rotated) elements turn")
        (dimensions, self.rotated) = (rotated, rotated + rotated % 2)
        (self.positions, self.theta, self.scaling) = (positions, theta, scaling)
    }

    /// For each run the rows of `rotated / 2` numbers that belong to its positions, from element `offset` on.
    package func rows(_ runs: [RotaryRun]) -> [(cosines: Tensor, sines: Tensor, offset: Int)] {
        made.withLock { made in runs.map { rows($0, &made) } }
    }

    private func rows(
        _ run: RotaryRun, _ made: inout [RotaryScaling.Stretch: Rows]
    ) -> (cosines: Tensor, sines: Tensor, offset: Int) {
        let end = run.firstPosition + run.rows.count, stretch = scaling.stretch(run.sequenceLength)
        precondition(end <= positions, "rotary: position \(end - 1) in a table of \(positions)")
        if let rows = made[stretch], rows.first <= run.firstPosition, end <= rows.first + rows.count {
            return (rows.cosines, rows.sines, (run.firstPosition - rows.first) * rotated / 2)
        }
        let rows: Rows
        if case .exactly = stretch {
            // Each length has its own: only what is asked for, and of other lengths none.
            made = made.filter { if case .exactly = $0.key { false } else { true } }
            rows = make(run.firstPosition, run.rows.count, stretch)
        } else {
            rows = make(0, min(positions, max(256, end, 2 * (made[stretch]?.count ?? 0))), stretch)
        }
        made[stretch] = rows
        return (rows.cosines, rows.sines, (run.firstPosition - rows.first) * rotated / 2)
    }

    private func make(_ first: Int, _ count: Int, _ stretch: RotaryScaling.Stretch) -> Rows {
        let frequencies = scaling.frequencies(dimensions, theta: theta, stretch), factor = scaling.attentionFactor,
            half = rotated / 2
        var c = [Float](repeating: 0, count: count * half), s = c
        for p in 0 ..< count {
            for i in 0 ..< half {
                let angle = Double(Float(first + p) * frequencies[i])
                c[p * half + i] = Float(cos(angle)) * factor
                s[p * half + i] = Float(sin(angle)) * factor
            }
        }
        return Rows(
            first: first, count: count, cosines: Tensor(c, shape: [count, half]),
            sines: Tensor(s, shape: [count, half]))
    }
}

/// Neighbouring rows at neighbouring positions of one sequence, which are turned together.
package struct RotaryRun: Sendable, Hashable {
    package var rows: Range<Int>
    package var firstPosition: Int
    /// The length of the whole sequence, which some scalings go by.
    package var sequenceLength: Int

    /// - Parameter sequenceLength: nil: the sequence ends with these rows.
    package init(rows: Range<Int>, firstPosition: Int = 0, sequenceLength: Int? = nil) {
        (self.rows, self.firstPosition) = (rows, firstPosition)
        self.sequenceLength = max(firstPosition + rows.count, sequenceLength ?? 0)
    }
}
