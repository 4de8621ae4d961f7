import Foundation
import Kernels

// Two products and a sum: 3 u (|a c| + |b s|) <= 3 u (|a| + |b|).
let rotaryCases: [KernelCase] = [(1, 2, 2), (1, 64, 64), (2, 30, 14), (3, 33, 32), (1, 128, 62), (5, 6, 0)].flatMap {
    heads, headSize, rotated in
    ElementType.both.flatMap { type in
        [1, -1].map { sign in
            KernelCase(
                kernel: "rotary", label: "\(heads) heads of \(headSize), \(rotated) rotated, \(type.name), sign \(sign)"
            ) { processor, findings in
                let (batch, T, width) = (2, 19, heads * headSize)
                var samples = Samples(headSize)
                let x = samples.floats(batch * T * width, type)
                let angles = (0 ..< T * rotated / 2).map { Float($0) * 0.37 }
                let (cosines, sines) = (angles.map { cos($0) }, angles.map { sin($0) })
                let from = Grid(type, rows: batch * T, width: width, stride: width + 7, x),
                    to = Grid(type, rows: batch * T, width: width, stride: width + 1)
                let c = Grid(cosines), s = Grid(sines)
                func turn(_ x: Grid, into y: Grid) {
                    let runs = (0 ..< batch).map {
                        Processor.RotaryRun(rows: $0 * T ..< ($0 + 1) * T, cosines: c.floats, sines: s.floats)
                    }
                    processor.rotary(
                        x.heads(headSize), into: y.heads(headSize), runs, sign: Float(sign), heads: heads,
                        rotated: rotated)
                }
                turn(from, into: to)
                let want = (0 ..< batch).flatMap {
                    Reference.rotary(
                        Array(x[$0 * T * width ..< ($0 + 1) * T * width]), cosines: cosines, sines: sines,
                        sign: Double(sign), heads: heads,
                        headSize: headSize, rotated: rotated)
                }
                findings.expect(to, want, "y") { _ in 3 * Reference.float32Roundoff * 4 }
                turn(from, into: from)
                findings.expect(from.bits == to.bits && from.intact, "in place it gives another result")
            }
        }
    }
}
