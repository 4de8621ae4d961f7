import Kernels

/// What was computed, in order, as a flat list with integer ids (releasing a long graph must not recurse).
///
/// A tape belongs to whoever trains, and not to the weights: it knows the ids of the parameters that it watches, so
/// that a computation elsewhere on the same weights neither sees nor disturbs it. Values 0 ..< n are the watched
/// parameters; each operation's results get the next ids. One thread uses a tape.
///
/// ```swift
/// let tape = Tape(watching: model.parameters)
/// let loss = tape.record { model.logits(batch, context).logProbabilities(of: targets).weightedSum(weights) }
/// tape.backward(from: loss)
/// ```
package final class Tape: @unchecked Sendable {  // used by one thread
    package struct Entry {
        package var op: Op
        /// Ids of the results.
        package var outputs: Range<Int>
    }

    package private(set) var entries: [Entry] = []
    package private(set) var count: Int
    package let parameters: [Parameter]
    private let ids: [ObjectIdentifier: Int]
    private var isRecording = true

    /// The tape on which operations with watched parameters are recorded here and now.
    @TaskLocal package static var current: Tape?

    package init(watching parameters: [Parameter]) {
        self.parameters = parameters
        ids = Dictionary(parameters.enumerated().map { (ObjectIdentifier($1), $0) }) { first, _ in first }
        count = parameters.count
    }

    /// Runs `body` and records its operations on watched parameters, and on what comes of them.
    package func record<R>(_ body: () throws -> R) rethrows -> R { try Self.$current.withValue(self, operation: body) }

    /// Runs `body` and records nothing of it here.
    package static func unrecorded<R>(_ body: () throws -> R) rethrows -> R {
        try $current.withValue(nil, operation: body)
    }

    /// Whether gradients are summed for the parameter.
    package func watches(_ parameter: Parameter) -> Bool { id(of: parameter) != nil }

    func trace(of parameter: Parameter) -> Trace? { id(of: parameter).map { Trace(tape: self, id: $0) } }

    /// A part of a stack has the id of its stack.
    private func id(of parameter: Parameter) -> Int? { ids[ObjectIdentifier(parameter.stack ?? parameter)] }

    /// A tensor of the user's to which a gradient is wanted.
    package func watch(_ x: Tensor) -> Tensor {
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
