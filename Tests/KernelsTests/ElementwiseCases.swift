import Foundation
import Kernels

/// Around the ends of vectors of 4, 8 and 16, and past one run of a thread (16,384).
let elementCounts = [1, 2, 7, 15, 16, 17, 31, 33, 65, 100, 129, 1000, 1025, 16_391]

/// All types of three operands.
let typeTriples: [(ElementType, ElementType, ElementType)] = ElementType.both.flatMap { x in
    ElementType.both.flatMap { y in ElementType.both.map { (x, y, $0) } }
}

// One operation in float32 before the result is rounded: u |result|.
let elementwiseCases: [KernelCase] =
    elementCounts.flatMap { n in
        typeTriples.flatMap { xt, yt, zt in
            [true, false].map { adds in
                KernelCase(kernel: adds ? "add" : "multiply", label: "\(n) \(xt.name) \(yt.name) -> \(zt.name)") {
                    processor, findings in
                    var samples = Samples(n)
                    let (x, y) = (samples.floats(n, xt), samples.floats(n, yt))
                    let z = Grid(zt, width: n)
                    if adds {
                        processor.add(Grid(x, xt).vector, Grid(y, yt).vector, into: z.vector)
                    } else {
                        processor.multiply(Grid(x, xt).vector, Grid(y, yt).vector, into: z.vector)
                    }
                    let want = zip(x, y).map { adds ? Double($0) + Double($1) : Double($0) * Double($1) }
                    findings.expect(z, want, "z") { Reference.float32Roundoff * abs(want[$0]) }
                    guard xt == zt else { return }
                    let inPlace = Grid(x, xt)
                    if adds {
                        processor.add(inPlace.vector, Grid(y, yt).vector, into: inPlace.vector)
                    } else {
                        processor.multiply(inPlace.vector, Grid(y, yt).vector, into: inPlace.vector)
                    }
                    findings.expect(inPlace.bits == z.bits && inPlace.intact, "in place it gives another result")
                }
            }
        }
            + ElementType.both.flatMap { xt in
                ElementType.both.flatMap { yt in
                    [
                        KernelCase(kernel: "convert", label: "\(n) \(xt.name) -> \(yt.name)") { processor, findings in
                            var samples = Samples(n)
                            var x = samples.floats(n, xt)
                            // ties to even, infinities, NaN, the largest finite number
                            let special: [UInt32] = [
                                0x3f80_8000, 0x3f81_8000, 0x3f80_8001, 0x7f80_0000, 0xff80_0000, 0x7fc0_0001,
                                0x7f7f_ffff, 0x8000_0000,
                            ]
                            for (i, bits) in special.enumerated() where i + 5 < n { x[i + 5] = Float(bitPattern: bits) }
                            x = x.rounded(to: xt)
                            let y = Grid(yt, width: n)
                            processor.convert(Grid(x, xt).vector, to: y.vector)
                            let same = zip(y.values, x.rounded(to: yt)).allSatisfy {
                                $0.isNaN ? $1.isNaN : $0.bitPattern == $1.bitPattern
                            }
                            findings.expect(same && y.intact, "not the nearest, ties to even")
                        },
                        KernelCase(kernel: "scale", label: "\(n) \(xt.name) -> \(yt.name)") { processor, findings in
                            var samples = Samples(n)
                            let x = samples.floats(n, xt), y = Grid(yt, width: n)
                            processor.scale(Grid(x, xt).vector, by: -1.7, into: y.vector)
                            let want = x.map { Double($0) * Double(Float(-1.7)) }
                            findings.expect(y, want, "y") { Reference.float32Roundoff * abs(want[$0]) }
                        },
                        KernelCase(kernel: "dropout", label: "\(n) \(xt.name) -> \(yt.name)") { processor, findings in
                            var samples = Samples(n)
                            let x = samples.floats(n, xt), y = Grid(yt, width: n)
                            let dropout = Dropout(
                                probability: 0.3, seed: 0x0123_4567_89ab_cdef, stream: 0xfedc_ba98_7654_3210)
                            processor.dropout(dropout, Grid(x, xt).vector, into: y.vector)
                            let want = Reference.dropout(dropout, x)
                            findings.expect(y, want, "y") { 3 * Reference.float32Roundoff * abs(want[$0]) }
                            let zeros = zip(y.values, want).allSatisfy { ($0 == 0) == ($1 == 0) }
                            findings.expect(zeros, "another mask than the reference's")
                        },
                    ]
                }
            }
    }
    + [1, 2, 15, 16, 17, 33].map { groups in
        KernelCase(kernel: "dropout_mask", label: "\(groups) groups") { processor, findings in
            let dropout = Dropout(probability: 0.1, seed: 77, stream: 3 << 32 | 5)
            for (row, first) in [(0, 0), (7, 8), (0xffff_fff0, 0x00ff_0003)] as [(UInt32, UInt32)] {
                var mask = [UInt8](repeating: 0xa5, count: groups + 16)
                mask.withUnsafeMutableBufferPointer {
                    processor.dropoutMask(dropout, row: row, firstGroup: first, groups: groups, into: $0.baseAddress!)
                }
                let want = (0 ..< groups).map { g in
                    (0 ..< 8).reduce(UInt8(0)) {
                        $0 | (Reference.keeps(dropout, row: row, element: (Int(first) + g) * 8 + $1) ? 1 << $1 : 0)
                    }
                }
                findings.expect(
                    Array(mask.prefix(groups)) == want,
                    "row \(row), group \(first): \(mask.prefix(groups)), expected \(want)")
                findings.expect(mask.dropFirst(groups).allSatisfy { $0 == 0xa5 }, "wrote past the mask")
            }
        }
    }
