import Foundation
import Kernels

private let widths = [1, 7, 15, 16, 17, 31, 33, 65, 100, 129, 384]
private let rowCounts = [1, 3, 33, 70]
private let u = Reference.float32Roundoff

/// Rows, width and the types of three operands.
private let shapes: [(rows: Int, width: Int, types: (ElementType, ElementType, ElementType))] = widths.enumerated()
    .flatMap { i, width in
        typeTriples.map { (rowCounts[i % rowCounts.count], width, $0) }
    }

// A sum of W terms is wrong by at most W u Σ|term|. Under a root the share halves; the few operations after it add 4 u.
let normCases: [KernelCase] = shapes.flatMap { rows, W, types in
    let (xt, dyt, outType) = types
    let label = "[\(rows), \(W)] \(xt.name) \(dyt.name) -> \(outType.name)"
    let seed = rows * 1000 + W, share = Double(W + 8) * u, offset: Float = W % 3 == 0 ? 1 : 0
    return [
        KernelCase(kernel: "rms_norm", label: label) { processor, findings in
            var samples = Samples(seed)
            let x = samples.floats(rows * W, xt), w = samples.floats(W), y = Grid(outType, width: rows * W),
                rstd = Grid(.float32, width: rows)
            processor.rmsNorm(
                Grid(x, xt).vector, weight: Grid(w).floats, offset: offset, epsilon: 1e-5, into: y.vector,
                rstd: rstd.floats, width: W)
            let want = Reference.rmsNorm(x, weight: w, offset: offset, epsilon: 1e-5)
            findings.expect(y, want.y, "y") {
                share * (abs(want.y[$0]) + abs(Double(x[$0])) * want.rstd[$0 / W] * Double(offset))
            }
            findings.expect(rstd, want.rstd, "rstd") { share * want.rstd[$0] }
        },
        KernelCase(kernel: "rms_norm_gradient", label: label) { processor, findings in
            var samples = Samples(seed)
            let x = samples.floats(rows * W, xt), w = samples.floats(W), dy = samples.floats(rows * W, dyt),
                before = samples.floats(W)
            let rstd = Reference.rmsNorm(x, weight: w, offset: offset, epsilon: 1e-5).rstd.map(Float.init)
            let dx = Grid(outType, width: rows * W), dweight = Grid(before)
            processor.rmsNormGradient(
                Grid(x, xt).vector, weight: Grid(w).floats, offset: offset, rstd: Grid(rstd).floats,
                dy: Grid(dy, dyt).vector, into: dx.vector, dweight: dweight.floats,
                width: W)
            let want = Reference.rmsNormGradient(x, weight: w, offset: offset, rstd: rstd, dy: dy)
            // The largest |n|, |w dy| and rstd bound every term.
            let terms = Terms(x, w.map { abs($0) + offset }, dy, mean: nil, rstd, W)
            findings.expect(dx, want.dx, "dx") { 2 * share * terms.dx[$0 / W] }
            findings.expect(dweight, zip(want.dweight, before).map { $0 + Double($1) }, "dweight") {
                Double(rows + 8) * u * (terms.dweight[$0] + 2)
            }
        },
        KernelCase(kernel: "layer_norm", label: label + (W % 2 == 0 ? " bias" : "")) { processor, findings in
            var samples = Samples(seed)
            let x = samples.floats(rows * W, xt).map { $0 + 1 }.rounded(to: xt), w = samples.floats(W),
                b = W % 2 == 0 ? samples.floats(W) : nil
            let y = Grid(outType, width: rows * W), mean = Grid(.float32, width: rows),
                rstd = Grid(.float32, width: rows)
            let bias = b.map { Grid($0) }
            processor.layerNorm(
                Grid(x, xt).vector, weight: Grid(w).floats, bias: bias?.floats, epsilon: 1e-5, into: y.vector,
                mean: mean.floats, rstd: rstd.floats, width: W)
            let want = Reference.layerNorm(x, weight: w, bias: b, epsilon: 1e-5)
            // |x| <= 3, so the mean is wrong by 3 W u at most; that error squared joins the variance.
            let meanError = 3 * share
            findings.expect(mean, want.mean, "mean") { _ in meanError }
            findings.expect(rstd, want.rstd, "rstd") {
                share * want.rstd[$0] + pow(want.rstd[$0], 3) * meanError * meanError
            }
            findings.expect(y, want.y, "y") {
                let s = want.rstd[$0 / W]
                return share * (abs(want.y[$0]) + 4) + 2 * s * meanError + pow(s, 3) * meanError * meanError * 8
            }
        },
        KernelCase(kernel: "layer_norm_gradient", label: label + (W % 2 == 0 ? " bias" : "")) { processor, findings in
            var samples = Samples(seed)
            let x = samples.floats(rows * W, xt), w = samples.floats(W), dy = samples.floats(rows * W, dyt)
            let (before, beforeBias) = (samples.floats(W), samples.floats(W))
            let forward = Reference.layerNorm(x, weight: w, bias: nil, epsilon: 1e-2)
            let mean = forward.mean.map(Float.init), rstd = forward.rstd.map(Float.init)
            let dx = Grid(outType, width: rows * W), dweight = Grid(before), dbias = Grid(beforeBias)
            processor.layerNormGradient(
                Grid(x, xt).vector, weight: Grid(w).floats, mean: Grid(mean).floats, rstd: Grid(rstd).floats,
                dy: Grid(dy, dyt).vector, into: dx.vector,
                dweight: dweight.floats, dbias: W % 2 == 0 ? dbias.floats : nil, width: W)
            let want = Reference.layerNormGradient(x, weight: w, mean: mean, rstd: rstd, dy: dy)
            let terms = Terms(x, w, dy, mean: mean, rstd, W)
            findings.expect(dx, want.dx, "dx") { 2 * share * terms.dx[$0 / W] }
            findings.expect(dweight, zip(want.dweight, before).map { $0 + Double($1) }, "dweight") {
                Double(rows + 8) * u * (terms.dweight[$0] + 2)
            }
            let biasGradient =
                W % 2 == 0 ? zip(want.dbias, beforeBias).map { $0 + Double($1) } : beforeBias.map(Double.init)
            findings.expect(dbias, biasGradient, "dbias") { _ in Double(rows + 8) * u * Double(2 * rows + 2) }
        },
        KernelCase(kernel: "column_sum", label: label) { processor, findings in
            var samples = Samples(seed)
            let x = samples.floats(rows * W, xt), before = samples.floats(W), sums = Grid(before)
            processor.addColumnSums(Grid(x, xt).vector, into: sums.floats, width: W)
            findings.expect(sums, zip(Reference.columnSums(x, width: W), before).map { $0 + Double($1) }, "sums") { _ in
                Double(rows + 8) * u * Double(2 * rows + 2)
            }
        },
        KernelCase(kernel: "row_dot", label: label) { processor, findings in
            var samples = Samples(seed)
            let x = samples.floats(rows * W, xt), y = samples.floats(rows * W, dyt), dots = Grid(.float32, width: rows)
            let xGrid = Grid(xt, rows: rows, width: W, stride: W + 3, x),
                yGrid = Grid(dyt, rows: rows, width: W, stride: W + 9, y)
            processor.rowDots(
                Vector(xGrid.pointer, xt, count: rows * W), xStride: W + 3, Vector(yGrid.pointer, dyt, count: rows * W),
                yStride: W + 9, into: dots.floats,
                rows: rows, width: W)
            let size = Reference.rowDots(x.map(abs), y.map(abs), width: W)
            findings.expect(dots, Reference.rowDots(x, y, width: W), "dots") { share * size[$0] }
        },
        KernelCase(kernel: "gather, scatterAdd", label: label) { processor, findings in
            var samples = Samples(seed)
            let table = samples.floats(10 * W, xt), ids = samples.ids(rows, below: 10),
                y = Grid(outType, width: rows * W)
            ids.withUnsafeBufferPointer {
                processor.gather(Grid(table, xt).vector, ids: $0.baseAddress!, into: y.vector, width: W)
            }
            let rowsOfTable = Reference.gather(table, ids: ids, width: W).map(Double.init)
            findings.expect(y, rowsOfTable, "rows") { _ in 0 }
            let dy = samples.floats(rows * W, dyt), before = samples.floats(10 * W), dtable = Grid(before)
            ids.withUnsafeBufferPointer {
                processor.scatterAdd(Grid(dy, dyt).vector, ids: $0.baseAddress!, into: dtable.floats, width: W)
            }
            let size = Reference.scatterAdd(dy.map(abs), ids: ids, to: before.map(abs), width: W)
            findings.expect(dtable, Reference.scatterAdd(dy, ids: ids, to: before, width: W), "dtable") {
                Double(rows) * u * size[$0]
            }
        },
    ]
}

/// Sizes of the terms that the gradients of norms add up.
private struct Terms {
    var dx: [Double] = []  // per row
    var dweight: [Double]  // per column

    init(_ x: [Float], _ w: [Float], _ dy: [Float], mean: [Float]?, _ rstd: [Float], _ W: Int) {
        dweight = [Double](repeating: 0, count: W)
        for r in 0 ..< x.count / W {
            let s = Double(rstd[r])
            let n = (0 ..< W).map { abs(Double(x[r * W + $0]) - Double(mean?[r] ?? 0)) * s }
            let g = (0 ..< W).map { abs(Double(w[$0]) * Double(dy[r * W + $0])) }
            let largest = g.max()! * (1 + n.max()! * n.max()!) + g.reduce(0, +) / Double(W)
            dx.append(s * largest)
            for i in 0 ..< W { dweight[i] += n[i] * abs(Double(dy[r * W + i])) }
        }
    }
}
