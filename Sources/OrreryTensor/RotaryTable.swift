import Foundation
import Kernels

/// Cosines and sines of rotary positions (arXiv:2104.09864): angle = position / theta^(2i / rotated).
public final class RotaryTable: @unchecked Sendable {  // constant
    /// Elements of a head that turn; the rest pass unchanged.
    public let rotated: Int
    public let positions: Int
    package let cosines: Tensor
    package let sines: Tensor

    /// - Parameter theta: the base, `rope_theta`.
    public init(rotated: Int, positions: Int, theta: Float) {
        precondition(rotated > 0 && rotated % 2 == 0, "rotary: an even number of elements turns, not \(rotated)")
        self.rotated = rotated
        self.positions = positions
        let half = rotated / 2
        // Frequencies and angles are float32, as every published implementation has them.
        let frequencies = (0 ..< half).map { 1 / Float(pow(Double(theta), Double(Float(2 * $0) / Float(rotated)))) }
        var c = [Float](repeating: 0, count: positions * half), s = c
        for p in 0 ..< positions {
            for i in 0 ..< half {
                let angle = Double(Float(p) * frequencies[i])
                c[p * half + i] = Float(cos(angle))
                s[p * half + i] = Float(sin(angle))
            }
        }
        cosines = Tensor(c, shape: [positions, half])
        sines = Tensor(s, shape: [positions, half])
    }
}
