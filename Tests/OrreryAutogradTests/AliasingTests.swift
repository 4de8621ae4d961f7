import Kernels
import OrreryAutograd
import OrreryTensor
import Testing

/// Gradients share memory until a second path adds to one of them: these graphs would show a sum in place that another
/// still reads.
@Suite struct AliasingTests {
    /// d(sum of f(x))/dx
    private func gradient(of x: Tensor, _ f: (Tensor) -> Tensor) -> [Float] {
        let tape = Tape(watching: [])
        let watched = tape.watch(x)
        return tape.backward(from: f(watched).total(), to: [watched])[0]!.floats
    }

    private let x = numbers([2, 3, 4])
    private func all(_ value: Float) -> [Float] { Array(repeating: value, count: 24) }

    @Test func addedToItself() {
        #expect(gradient(of: x) { $0.adding($0) } == all(2))
        #expect(gradient(of: x) { $0.adding($0).adding($0) } == all(3))
        #expect(
            gradient(of: x) {
                let y = $0.adding($0); return y.adding(y).adding(y)
            } == all(6))
    }

    @Test func addedToItsReshape() {
        #expect(gradient(of: x) { $0.adding($0.reshaped([24]).reshaped([2, 3, 4])) } == all(2))
        #expect(
            gradient(of: x) { $0.reshaped([24]).adding($0.reshaped([24])).reshaped([2, 3, 4]).adding($0) } == all(3))
    }

    /// One gradient goes to both addends; what later joins the one must not reach the other.
    @Test func sharedGradientStaysWhole() {
        let tape = Tape(watching: [])
        let a = tape.watch(x), b = tape.watch(numbers([2, 3, 4], seed: 2)), c = tape.watch(numbers([2, 3, 4], seed: 3))
        let more = a.scaled(by: 5)
        let sum = a.adding(b).adding(c).adding(more)
        let gradients = tape.backward(from: sum.total(), to: [a, b, c]).map { $0!.floats }
        #expect(gradients == [all(6), all(1), all(1)])
    }

    /// The same through views of one memory: reshape before and after the addition.
    @Test func sharedThroughViews() {
        let tape = Tape(watching: [])
        let a = tape.watch(x), b = tape.watch(numbers([24], seed: 2))
        let late = b.scaled(by: 3).reshaped([2, 3, 4])
        let sum = a.adding(b.reshaped([2, 3, 4])).adding(late)
        let gradients = tape.backward(from: sum.total(), to: [a, b]).map { $0!.floats }
        #expect(gradients == [all(1), all(4)])
    }

    @Test func multipliedByItself() {
        let expected = x.floats.map { 2 * $0 }
        #expect(difference(gradient(of: x) { $0.multiplied(by: $0) }, expected) < 1e-6)
    }

    /// Seven paths of different depth leave x, and join in no particular order.
    @Test func manyPaths() {
        let result = gradient(of: x) { x in
            let a = x.adding(x.scaled(by: 2))
            let b = a.reshaped([6, 4]).adding(x.reshaped([6, 4]))
            let parts = x.split([1, 3])
            let c = b.reshaped([2, 3, 4]).adding(a)
            let one = parts[0].scaled(by: 10).total(), two = c.total()
            return one.adding(two).adding(x.scaled(by: 0.5).total())
        }
        // c = 7 x, half of x, and ten of each row's first element
        #expect(result == (0 ..< 24).map { $0 % 4 == 0 ? 17.5 : 7.5 })
    }

    /// The seed is the caller's: it keeps its numbers, though gradients start from its memory.
    @Test func seedIsKept() {
        let tape = Tape(watching: [])
        let a = tape.watch(x), seed = numbers([2, 3, 4], seed: 9), before = seed.floats
        let y = a.adding(a.scaled(by: 2)).adding(a)
        let gradient = tape.backward(from: y, seed: seed, to: [a])[0]!.floats
        #expect(seed.floats == before)
        #expect(difference(gradient, before.map { $0 * 4 }) < 1e-6)
    }

    /// An operation may hand back a tensor that it keeps, or a view whose rows stand apart.
    @Test func gradientsOfCustomOperations() {
        let kept = numbers([2, 3, 4], seed: 4), before = kept.floats
        let tape = Tape(watching: [])
        let a = tape.watch(x)
        func constant() -> Tensor { CustomOp(name: "constant", inputs: [a]) { _ in [kept] }.record([a.detached])[0] }
        let sum = constant().adding(constant()).adding(a)
        let gradient = tape.backward(from: sum.total(), to: [a])[0]!.floats
        #expect(kept.floats == before)
        #expect(difference(gradient, before.map { 2 * $0 + 1 }) < 1e-6)

        let second = Tape(watching: [])
        let b = second.watch(x)
        func view() -> Tensor {
            CustomOp(name: "view", inputs: [b]) { _ in [numbers([2, 3, 9], seed: 5).split([4, 5])[0]] }.record([
                b.detached
            ])[0]
        }
        let views = second.backward(from: view().adding(view()).total(), to: [b])[0]!.floats
        #expect(difference(views, numbers([2, 3, 9], seed: 5).split([4, 5])[0].floats.map { 2 * $0 }) < 1e-6)
    }
}
