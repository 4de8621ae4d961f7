/// Reads the texts of a grammar's rules: all ways that are open at once, each with the rules it must return to.
final class RuleMachine: ByteMachine {
    /// Where rules that were called return to.
    final class Stack: Hashable {
        let back: Int32
        let below: Stack?
        let depth: Int
        private let hash: Int

        init(_ back: Int32, below: Stack?) {
            self.back = back
            self.below = below
            depth = (below?.depth ?? 0) + 1
            var hasher = Hasher()
            hasher.combine(back)
            hasher.combine(below?.hash)
            hash = hasher.finalize()
        }

        static func == (left: Stack, right: Stack) -> Bool {
            var (one, other): (Stack?, Stack?) = (left, right)
            while let a = one, let b = other {
                if a === b { return true }
                guard a.hash == b.hash, a.back == b.back else { return false }
                (one, other) = (a.below, b.below)
            }
            return one == nil && other == nil
        }

        func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    }

    struct Thread: Hashable {
        let state: Int32
        let stack: Stack?
    }

    /// Ways beyond these are not followed: what remains is of the language, but not all of it.
    private static let mostThreads = 2_048
    private static let deepestStack = 1_000

    private let network: RuleNetwork

    init(_ network: RuleNetwork) { self.network = network }

    var start: Set<Thread> { closure([Thread(state: network.start, stack: nil)]) }

    func next(_ configuration: Set<Thread>, _ byte: UInt8) -> Set<Thread>? {
        var threads: [Thread] = []
        for thread in configuration {
            for way in network.states[Int(thread.state)].ranges where way.range.contains(byte) {
                threads.append(Thread(state: way.target, stack: thread.stack))
            }
        }
        let result = closure(threads)
        return result.isEmpty ? nil : result
    }

    /// The threads that a byte can move, and those at the end of everything.
    private func closure(_ threads: [Thread]) -> Set<Thread> {
        var seen: Set<Thread> = []
        var result: Set<Thread> = []
        var waiting = threads.filter { network.rests[Int($0.state)] != Shortest.unreachable }
        func follow(_ state: Int32, _ stack: Stack?) {
            guard network.rests[Int(state)] != Shortest.unreachable else { return }
            waiting.append(Thread(state: state, stack: stack))
        }
        while let thread = waiting.popLast() {
            guard seen.count < 16 * Self.mostThreads, seen.insert(thread).inserted else { continue }
            let state = network.states[Int(thread.state)]
            let isEnd = network.isEnd[Int(thread.state)]
            if !state.ranges.isEmpty || isEnd && thread.stack == nil, result.count < Self.mostThreads {
                result.insert(thread)
            }
            if isEnd, let stack = thread.stack { follow(stack.back, stack.below) }
            for way in state.free { follow(way, thread.stack) }
            for call in state.calls where network.rests[Int(call.back)] != Shortest.unreachable {
                if network.isTail[Int(call.back)] {
                    // The last thing of a rule returns to where the rule would.
                    follow(call.start, thread.stack)
                } else if (thread.stack?.depth ?? 0) < Self.deepestStack {
                    follow(call.start, Stack(call.back, below: thread.stack))
                }
            }
        }
        return result
    }

    func accepts(_ configuration: Set<Thread>) -> Bool {
        configuration.contains { $0.stack == nil && network.isEnd[Int($0.state)] }
    }

    func rest(_ configuration: Set<Thread>) -> Int {
        configuration.map { thread in
            var total = network.rests[Int(thread.state)]
            var stack = thread.stack
            while let frame = stack {
                total = Shortest.sum(total, network.rests[Int(frame.back)])
                stack = frame.below
            }
            return total
        }.min() ?? Shortest.unreachable
    }

    var longestDetour: Int { network.rests.filter { $0 != Shortest.unreachable }.max() ?? 0 }
}

/// A grammar's rules.
struct RuleSource: GrammarSource {
    let network: RuleNetwork

    var isEmpty: Bool { false }

    func accepts(_ bytes: [UInt8]) -> Bool { RuleMachine(network).accepts(text: bytes) }

    func engine(_ vocabulary: TokenVocabulary) -> GrammarEngine {
        GrammarEngine(RuleMachine(network), vocabulary, lock: GrammarLock())
    }
}
