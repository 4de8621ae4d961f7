import Kernels

/// What was computed, in order, as a flat list with integer ids (releasing a long graph must not recurse).
///
/// Values 0 ..< n are the watched parameters; each operation's results get the next ids. One thread uses a tape.
public final class Tape {
    package struct Entry {
        package var op: Op
        /// Ids of the results.
        package var outputs: Range<Int>
    }

    package private(set) var entries: [Entry] = []
    package private(set) var count = 0
    package let parameters: [Parameter]
    private var isRecording = true

    /// Opens a tape on which operations that touch these parameters are recorded.
    public init(watching parameters: [Parameter]) {
        self.parameters = parameters
        for p in parameters {
            p.trace = Trace(tape: self, id: count)
            count += 1
        }
    }

    deinit { close() }

    /// Stops watching. Results computed from now on are not recorded.
    public func close() {
        // nil: this tape, on its way out
        for p in parameters where p.trace?.tape == nil || p.trace?.tape === self { p.trace = nil }
    }

    /// A tensor of the user's to which a gradient is wanted.
    public func watch(_ x: Tensor) -> Tensor {
        var tracked = x
        tracked.trace = Trace(tape: self, id: count)
        count += 1
        return tracked
    }

    func record(_ op: Op, _ results: [Tensor]) -> [Tensor] {
        guard isRecording else { return results }
        let outputs = count ..< count + results.count
        count += results.count
        entries.append(Entry(op: op, outputs: outputs))
        return zip(results, outputs).map { result, id in
            var tracked = result
            tracked.trace = Trace(tape: self, id: id)
            return tracked
        }
    }

    /// Runs `body`, a backward pass: its rules compute with tracked tensors and record nothing.
    package func withoutRecording<R>(_ body: () throws -> R) rethrows -> R {
        let before = isRecording
        isRecording = false
        defer { isRecording = before }
        return try body()
    }

    /// Removes and returns the newest entry: the backward pass frees what it no longer needs as it goes.
    package func popLast() -> Entry? { entries.popLast() }
}

/// A tensor's place on a tape. Weak: a tensor that outlives its tape is an ordinary one.
package struct Trace {
    package private(set) weak var tape: Tape?
    package let id: Int

    init(tape: Tape, id: Int) {
        self.tape = tape
        self.id = id
    }
}

/// Records `op` if one of its inputs is tracked.
func traced(_ result: Tensor, _ inputs: Trace?..., op: @autoclosure () -> Op) -> Tensor {
    var found: Tape?
    for case let tape? in inputs.map({ $0?.tape }) {
        precondition(found == nil || found === tape, "an operation on values of two open tapes")
        found = tape
    }
    return found?.record(op(), [result])[0] ?? result
}
