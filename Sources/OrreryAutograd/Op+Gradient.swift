import Kernels
import OrreryTensor

// The gradient rule of every operation. dy is the gradient of its result; parameters collect theirs in the arena, at
// once.
extension Op {
    func backpropagate(_ results: [Tensor?], into gradients: inout Gradients) {
        guard let dy = results[0] ?? results.compactMap({ $0 }).first else { return }
        switch self {
        case .linear(let x, let weight, let bias, let layout):
            linearGradient(x: x, weight, bias, layout, dy: dy, into: &gradients)
        case .matmul(let a, let b, let transposeB):
            // da = dy bᵀ, db = aᵀ dy
            gradients.add(dy.matmul(b.detached, transposeB: !transposeB), to: a)
            if gradients.wants(b) {
                gradients.add(transposedProduct(transposeB ? dy : a, transposeB ? a : dy, as: b.dtype), to: b)
            }
        case .add(let x, let y):
            gradients.add(dy, to: x)
            gradients.add(dy, to: y)
        case .multiply(let x, let y):
            gradients.add(dy.multiplied(by: y.detached), to: x)
            gradients.add(dy.multiplied(by: x.detached), to: y)
        case .scale(let x, let factor):
            gradients.add(dy.scaled(by: factor), to: x)
        case .cast(let x):
            gradients.add(dy, to: x)
        case .reshape(let x):
            gradients.add(dy.detached.reshaped(x.shape), to: x)
        case .split(let x, let widths):
            gradients.add(joined(results, widths, like: x), to: x)
        case .embedding(let ids, let table):
            guard let dtable = gradients.sum(for: table) else { return }
            ids.withUnsafeBufferPointer {
                Processor.current.scatterAdd(
                    dy.contiguous().vector, ids: $0.baseAddress!, into: dtable.float32Pointer, width: table.shape[1])
            }
        case .rmsNorm(let x, let weight, let offset, let rstd, let width):
            let dx = Tensor(empty: x.shape, x.dtype)
            Processor.current.rmsNormGradient(
                x.vector, weight: weight.floats, offset: offset, rstd: rstd.float32Pointer, dy: dy.contiguous().vector,
                into: dx.vector,
                dweight: gradients.sum(for: weight)?.float32Pointer, width: width)
            gradients.add(dx, to: x)
        case .layerNorm(let x, let weight, let bias, let mean, let rstd):
            let dx = Tensor(empty: x.shape, x.dtype)
            Processor.current.layerNormGradient(
                x.vector, weight: weight.floats, mean: mean.float32Pointer, rstd: rstd.float32Pointer,
                dy: dy.contiguous().vector, into: dx.vector,
                dweight: gradients.sum(for: weight)?.float32Pointer,
                dbias: gradients.sum(for: bias)?.float32Pointer, width: x.width)
            gradients.add(dx, to: x)
        case .activation(let kind, let x):
            let dx = Tensor(empty: x.shape, x.dtype)
            Processor.current.activationGradient(kind, x.vector, dy.contiguous().vector, into: dx.vector)
            gradients.add(dx, to: x)
        case .swiGLU(let gate, let up):
            let dgate = Tensor(empty: gate.shape, gate.dtype), dup = Tensor(empty: up.shape, up.dtype)
            Processor.current.swiGLUGradient(
                gate: gate.vector, up: up.vector, dy: dy.cast(to: gate.dtype).contiguous().vector, dgate: dgate.vector,
                dup: dup.vector)
            gradients.add(dgate, to: gate)
            gradients.add(dup, to: up)
        case .clampedSwiGLU(let gate, let up, let alpha, let limit):
            let (dgate, dup) = clampedSwiGLUGradient(gate, up, alpha: alpha, limit: limit, dy)
            gradients.add(dgate, to: gate)
            gradients.add(dup, to: up)
        case .rows(let x, let places):
            gradients.add(dy, toRowsAt: places, of: x)
        case .addRows(let sum, let x, let weights, let places):
            gradients.add(dy, to: sum)
            addedRowsGradient(x, weights, places, dy, into: &gradients)
        case .expertWeights(let scores, let weights, let chosen, let weighting):
            gradients.add(expertWeightsGradient(scores, weights, chosen, weighting, dy), to: scores)
        case .rotary(let x, let table, let headSize, let runs):
            let dx = Tensor(empty: x.shape, dy.dtype)
            dy.turn(into: dx, table, headSize: headSize, runs, sign: -1)
            gradients.add(dx, to: x)
        case .attention(let q, let k, let v, let y, let logSumExp, let shape, let terms, let dropout):
            let D = shape.headSize
            let ddistances = terms.distances.flatMap { gradients.wants($0) ? Tensor(zeros: $0.shape) : nil }
            let dq = Tensor(empty: q.shape, q.dtype), dk = Tensor(empty: k.shape, k.dtype),
                dv = Tensor(empty: v.shape, v.dtype)
            func rows(_ t: Tensor) -> HeadRows { t.headRows(headSize: D) }
            Processor.current.attentionGradient(
                shape, q: rows(q), k: rows(k), v: rows(v), y: rows(y), dy: rows(dy),
                logSumExp: logSumExp.float32Pointer, dq: rows(dq), dk: rows(dk),
                dv: rows(dv), dsinks: gradients.sum(for: terms.sinks)?.float32Pointer,
                ddistances: ddistances?.float32Pointer, computeType: q.dtype, dropout: dropout)
            gradients.add(dq, to: q)
            gradients.add(dk, to: k)
            gradients.add(dv, to: v)
            if let distances = terms.distances, let ddistances { gradients.add(ddistances, to: distances) }
        case .maskedSoftmax(let scores, let probabilities, let sinks):
            gradients.add(softmaxGradient(probabilities, dy), to: scores)
            if let dsinks = gradients.sum(for: sinks) { addSinkGradient(probabilities, dy, into: dsinks) }
        case .swapHeads(let x, let heads, let merging):
            gradients.add(dy.detached.swappingHeads(heads, merging: !merging), to: x)
        case .dropout(let x, let dropout):
            gradients.add(dy.contiguous().detached.droppedOut(dropout), to: x)
        case .logProbability(let logits, let targets, let logSumExp):
            // dlogits = dy (onehot - softmax)
            let dlogits = Tensor(empty: logits.shape, logits.dtype), scales = dy.cast(to: .float32).scaled(by: -1)
            targets.withUnsafeBufferPointer { targets in
                withExtendedLifetime(scales) {
                    Processor.current.crossEntropyGradient(
                        logits.vector, lse: logSumExp.float32Pointer, targets: targets.baseAddress!,
                        scales: scales.float32Pointer, into: dlogits.vector,
                        width: logits.width)
                }
            }
            gradients.add(dlogits, to: logits)
        case .custom(let op):
            for (input, gradient) in zip(op.inputs, op.gradient(results)) {
                if let gradient { gradients.add(gradient, to: input) }
            }
        }
    }
}

/// aᵀ b of the last two dimensions.
private func transposedProduct(_ a: Tensor, _ b: Tensor, as type: ElementType) -> Tensor {
    let y = Tensor(empty: a.shape.dropLast(2) + [a.width, b.width], type)
    for i in 0 ..< a.shape.dropLast(2).reduce(1, *) {
        Processor.current.multiply(a.page(i).transposed, b.page(i), into: y.page(i), computeType: a.dtype)
    }
    return y
}

/// The parts' gradients next to each other; zero where a part was not used.
private func joined(_ parts: [Tensor?], _ widths: [Int], like x: Tensor) -> Tensor {
    let whole = parts.contains { $0 == nil } ? Tensor(zeros: x.shape, x.dtype) : Tensor(empty: x.shape, x.dtype)
    var at = 0
    for (part, width) in zip(parts, widths) {
        if let part {
            copyRows(
                from: part,
                to: Tensor(
                    part.shape, whole.dtype, storage: whole.storage, offset: whole.offset + at,
                    rowStride: whole.rowStride))
        }
        at += width
    }
    return whole
}

/// A sink's share is what is left of a row's probabilities p, and goes nowhere: ds = -(1 - Σ p) Σ p dp, summed over the
/// rows of its head [B, H, T, S].
private func addSinkGradient(_ probabilities: Tensor, _ dy: Tensor, into dsinks: Tensor) {
    let (T, S, H) = (probabilities.shape[2], probabilities.width, dsinks.count)
    let p = probabilities.floats, dp = dy.floats
    for row in 0 ..< probabilities.rows {
        let seen = row * S ..< (row + 1) * S
        let total = seen.reduce(0.0) { $0 + Double(p[$1]) }
        let dot = seen.reduce(0.0) { $0 + Double(p[$1]) * Double(dp[$1]) }
        dsinks.float32Pointer[row / T % H] -= Float((1 - total) * dot)
    }
}

/// ds = p (dp - Σ p dp), a row at a time.
private func softmaxGradient(_ probabilities: Tensor, _ dy: Tensor) -> Tensor {
    let ds = Tensor(empty: probabilities.shape, .float32), dy = dy.contiguous(), S = probabilities.width
    withExtendedLifetime(dy) {
        let (p, dp, out) = (probabilities.float32Pointer, dy.float32Pointer, ds.float32Pointer)
        Processor.current.forRuns(.attention, probabilities.rows, grain: 16, bytes: dy.count * 12) {
            for r in $0 {
                let at = r * S
                let dot = (0 ..< S).reduce(Float(0)) { $0 + p[at + $1] * dp[at + $1] }
                for i in 0 ..< S { out[at + i] = p[at + i] * (dp[at + i] - dot) }
            }
        }
    }
    return ds
}
