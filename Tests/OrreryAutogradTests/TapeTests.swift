import Dispatch
import Foundation
import Kernels
import OrreryAutograd
import OrreryTensor
import Testing

@Suite struct TapeTests {
    @Test func recordsOnlyWhatIsTracked() {
        let weight = Parameter(name: "w", value: numbers([3, 4]))
        let tape = Tape(watching: [weight])
        tape.record { _ = numbers([2, 4]).scaled(by: 2).adding(numbers([2, 4])) }
        #expect(tape.entries.isEmpty)
        let y = tape.record { numbers([2, 4]).linear(weight) }
        #expect(tape.entries.count == 1 && y.trace != nil)
        #expect(numbers([2, 4]).linear(weight).trace == nil && tape.entries.count == 1)
    }

    /// What another thread computes with watched weights is not recorded.
    @Test func otherThreadsAreNotSeen() async {
        let weight = Parameter(name: "w", value: numbers([3, 4])), tape = Tape(watching: [weight])
        let found: Tensor = tape.record {
            _ = numbers([2, 4]).linear(weight)
            let box = Box(), thread = Thread { box.finish(numbers([2, 4]).linear(weight)) }
            thread.start()
            return box.wait()
        }
        #expect(found.trace == nil && tape.entries.count == 1)
    }

    /// The gradient of a value on the way, where it is asked for, besides that of the start.
    @Test func gradientsOnTheWay() {
        let tape = Tape(watching: []), x = tape.watch(numbers([2, 3])), h = x.scaled(by: 2),
            y = h.adding(h).scaled(by: 5)
        let gradients = tape.backward(from: y.total(), to: [h, x])
        #expect(
            gradients[0]!.floats == Array(repeating: 10, count: 6)
                && gradients[1]!.floats == Array(repeating: 20, count: 6))
    }

    /// A tensor of an earlier tape is a constant on a later one, whatever its id was.
    @Test func staleTraces() {
        let x = numbers([2, 3])
        func carried() -> Tensor {
            let old = Tape(watching: [])
            return old.watch(x).scaled(by: 2)  // id 1
        }
        let stale = carried()
        let tape = Tape(watching: [])
        let a = tape.watch(x)  // id 0
        let b = a.scaled(by: 3)  // id 1
        let y = b.adding(stale)
        #expect(tape.backward(from: y.total(), to: [a])[0]!.floats == Array(repeating: 3, count: 6))
    }

    /// Rules may compute with tracked tensors and watched weights; none of that is recorded.
    @Test func backwardRecordsNothing() {
        let weight = Parameter(name: "w", value: numbers([3, 3]))
        let arena = ParameterArena([weight])
        let tape = Tape(watching: [weight])
        let x = tape.watch(numbers([2, 3]))
        let y = CustomOp(name: "uses tracked", inputs: [x]) { dy in [x.scaled(by: 2).adding(dy[0]!).linear(weight)] }
            .record([x.detached])[0]
        let gradient = tape.record { tape.backward(from: y.total(), to: [x])[0]! }
        #expect(gradient.trace == nil && tape.entries.isEmpty)
        #expect(arena.gradientNorm() == 0)
    }

    /// Only the watched parameters receive gradients.
    @Test func unwatchedWeightsAreConstants() {
        let watched = Parameter(name: "a", value: numbers([3, 3])),
            other = Parameter(name: "b", value: numbers([3, 3], seed: 2))
        let arena = ParameterArena([watched, other])
        let tape = Tape(watching: [watched])
        let y = tape.record {
            numbers([2, 3]).linear(watched).linear(other).rmsNorm(
                Parameter(name: "n", value: numbers([3])), epsilon: 1e-6)
        }
        tape.backward(from: y.total())
        #expect(arena.parameters[0].gradient!.floats.contains { $0 != 0 })
        #expect(arena.parameters[1].gradient!.floats.allSatisfy { $0 == 0 })
    }

    /// From the end to the start: when a rule runs, what came later is gone, what came earlier is still there.
    @Test func memoryFallsFromTheEnd() {
        weak var early: Storage?
        weak var late: Storage?
        var seen: [Bool] = []
        let tape = Tape(watching: [])
        func loss() -> Tensor {
            let x = tape.watch(numbers([50, 50]))
            let a = x.scaled(by: 2)
            early = a.storage
            let b = a.activated(.silu)
            let probe = CustomOp(name: "probe", inputs: [b]) { dy in
                seen = [early != nil, late != nil]
                return dy
            }.record([b.detached])[0]
            let c = probe.scaled(by: 3)
            late = c.storage
            return c.activated(.silu).total()
        }
        let end = loss()
        #expect(early != nil && late != nil)
        tape.backward(from: end)
        #expect(seen == [true, false])
        #expect(early == nil)
    }

    /// Long recurrences neither recurse when they run backwards nor when they are released.
    @Test func longChain() {
        let tape = Tape(watching: [])
        let x = tape.watch(numbers([3]))
        var y = x
        for _ in 0 ..< 200_000 { y = y.scaled(by: 1) }
        #expect(tape.backward(from: y.total(), to: [x])[0]!.floats == [1, 1, 1])
        var z = Tape(watching: []).watch(numbers([3]))
        let dropped = Tape(watching: [])
        z = dropped.watch(z.detached)
        for _ in 0 ..< 200_000 { z = z.scaled(by: 1) }
    }
}

/// Hands a tensor from one thread to another.
private final class Box: @unchecked Sendable {
    private let ready = DispatchSemaphore(value: 0)
    private var tensor: Tensor?

    func finish(_ tensor: Tensor) {
        self.tensor = tensor
        ready.signal()
    }

    func wait() -> Tensor {
        ready.wait()
        return tensor!
    }
}
