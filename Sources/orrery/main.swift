import Kernels
import Foundation
func time(_ body: () -> Void) -> Double {
    var best = 1e9
    for _ in 0 ..< 7 { let t = DispatchTime.now().uptimeNanoseconds; body(); best = min(best, Double(DispatchTime.now().uptimeNanoseconds - t) / 1e9) }
    return best
}
let p = Processor.current
print(p.instructionSet, p.threads)
func peak(_ t: ElementType) -> Double {
    let n = 4_000_00
    var flops = 0.0
    let s = time { 
        p.pool.run(p.threads) { i in var sink = [Float](repeating: 0, count: 64); let f = p.peakLoop(t, n, &sink); if i == 0 { flops = f } } 
    }
    return flops * Double(p.threads) / s / 1e9
}
let (pf, pb) = (peak(.float32), peak(.bfloat16))
print("peak", pf, pb)
for (m, n, k) in [(1024,1024,1024),(2048,2048,2048),(768,384,128),(768,128,128),(768,512,128),(768,128,512),(128,384,768),(128,512,768),(512,128,768),(1024,1152,384),(1024,384,384),(1024,1536,384),(1024,384,1536),(384,1152,1024),(384,1536,1024),(1536,384,1024),(768,65,128)] {
    for (t, pk) in [(ElementType.float32, pf), (.bfloat16, pb)] {
        let a = Storage(byteCount: m*k*t.size, zeroed: true), b = Storage(byteCount: n*k*t.size, zeroed: true), c = Storage(byteCount: m*n*4, zeroed: true)
        let reps = max(1, 200_000_000 / (m*n*k))
        var line = "\(m) \(n) \(k) \(t):"
        for (ta, tb) in [(false, false), (false, true), (true, false)] {
            let A = ta ? Matrix(a.pointer, t, rows: k, columns: m).transposed : Matrix(a.pointer, t, rows: m, columns: k)
            let B = tb ? Matrix(b.pointer, t, rows: n, columns: k).transposed : Matrix(b.pointer, t, rows: k, columns: n)
            let s = time { for _ in 0 ..< reps { p.multiply(A, B, into: Matrix(c.pointer, .float32, rows: m, columns: n), computeType: t) } } / Double(reps)
            line += " \(Int(2*Double(m*n*k)/s/1e9)) (\(Int(2*Double(m*n*k)/s/1e9/pk*100))%)"
        }
        print(line)
    }
}
