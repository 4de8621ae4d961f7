import Foundation
import OrreryTensor
import Testing

/// Scalings of rotary positions against their formulas, where a plain rotation of one pair shows the angle. That all of
/// them equal transformers', scripts/check/check_architectures.py shows.
@Suite struct RotaryScalingTests {
    /// Angle and length of pair `i` of `dimensions` elements at `position`, of a sequence of `length`.
    private func turn(
        _ scaling: RotaryScaling, pair i: Int, of dimensions: Int, at position: Int, length: Int? = nil,
        theta: Float = 100
    ) -> (angle: Double, size: Double) {
        var x = [Float](repeating: 0, count: dimensions)
        x[i] = 1
        let table = RotaryTable(rotated: dimensions, positions: 4096, theta: theta, scaling: scaling)
        let y = Tensor(x, shape: [1, dimensions])
            .rotary(
                table, headSize: dimensions, [RotaryRun(rows: 0 ..< 1, firstPosition: position, sequenceLength: length)]
            ).floats
        let (c, s) = (Double(y[i]), Double(y[i + dimensions / 2]))
        return (atan2(s, c), (c * c + s * s).squareRoot())
    }

    @Test func linear() {
        for i in 0 ..< 4 {
            #expect(
                abs(turn(.linear(factor: 4), pair: i, of: 8, at: 8).angle - turn(.none, pair: i, of: 8, at: 2).angle)
                    < 1e-6)
        }
    }

    /// Within the original length nothing changes; beyond it the base grows with the sequence, whatever part of it is
    /// turned.
    @Test func dynamic() {
        let scaling = RotaryScaling.dynamic(factor: 2, originalMaxPositionEmbeddings: 16)
        #expect(turn(scaling, pair: 1, of: 8, at: 15).angle == turn(.none, pair: 1, of: 8, at: 15).angle)
        let base = 100 * pow(2 * 40.0 / 16 - 1, 8.0 / 6)
        for position in [3, 39] {
            let angle = Double(position) / pow(base, 2.0 / 8)
            #expect(
                abs(turn(scaling, pair: 1, of: 8, at: position, length: 40).angle - remainder(angle, 2 * .pi)) < 1e-5)
        }
    }

    /// High frequencies stay, low ones are divided.
    @Test func llama3() {
        let scaling = RotaryScaling.llama3(
            .init(factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositionEmbeddings: 64))
        #expect(
            turn(scaling, pair: 0, of: 8, at: 3, theta: 10_000).angle
                == turn(.none, pair: 0, of: 8, at: 3, theta: 10_000).angle)
        #expect(
            abs(
                turn(scaling, pair: 3, of: 8, at: 8, theta: 10_000).angle
                    - turn(.none, pair: 3, of: 8, at: 1, theta: 10_000).angle) < 1e-7)
    }

    /// Louder by 0.1 ln(factor) + 1; the slowest pair turns `factor` times slower.
    @Test func yarn() {
        let scaling = RotaryScaling.yarn(.init(factor: 4, originalMaxPositionEmbeddings: 64))
        let slow = turn(scaling, pair: 3, of: 8, at: 8, theta: 10_000)
        #expect(abs(slow.size - (0.1 * log(4) + 1)) < 1e-6)
        #expect(abs(slow.angle - turn(.none, pair: 3, of: 8, at: 2, theta: 10_000).angle) < 1e-7)
        #expect(abs(turn(scaling, pair: 0, of: 8, at: 3).angle - turn(.none, pair: 0, of: 8, at: 3).angle) < 1e-6)
    }

    /// One set of divisors up to the original length, another for longer sequences, from their first position on.
    @Test func longrope() {
        let scaling = RotaryScaling.longrope(
            .init(shortFactor: [1, 2], longFactor: [4, 8], originalMaxPositionEmbeddings: 16, attentionFactor: 1.5))
        for (length, factor) in [(16, 2), (17, 8)] {
            let found = turn(scaling, pair: 1, of: 4, at: 8, length: length)
            #expect(abs(found.angle - 8 / 10 / Double(factor)) < 1e-6 && abs(found.size - 1.5) < 1e-6)
        }
    }

    /// Of five elements six turn, at the frequencies of five.
    @Test func oddShare() {
        let table = RotaryTable(rotated: 5, positions: 9, theta: 100),
            x = Tensor([0, 1, 0, 0, 0, 0, 7, 7], shape: [1, 8])
        #expect(table.rotated == 6)
        let y = x.rotary(table, headSize: 8, [RotaryRun(rows: 0 ..< 1, firstPosition: 3)]).floats
        #expect(abs(atan2(Double(y[4]), Double(y[1])) - 3 / pow(100, 2.0 / 5)) < 1e-6 && y[6] == 7 && y[7] == 7)
    }
}
