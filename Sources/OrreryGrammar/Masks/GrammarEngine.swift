import OrreryTokenizers
import Synchronization

/// A place in a text of a grammar; what it is only its engine knows.
class EngineState: @unchecked Sendable {}

/// A grammar and a vocabulary, as states see them.
protocol GrammarEngine: AnyObject, Sendable {
    var vocabulary: TokenVocabulary { get }
    func start() -> EngineState
    func next(_ state: EngineState, _ bytes: [UInt8]) -> EngineState?
    func accepts(_ state: EngineState) -> Bool
    func mask(_ state: EngineState) -> AllowedTokens
    func mask(_ state: EngineState, tokensLeft: Int) -> AllowedTokens
    func rest(_ state: EngineState) -> Int
}

/// Masks of a machine for a vocabulary. Configurations that were met and their masks are kept, up to a bound; one thread
/// at a time computes.
final class MachineEngine<Machine: ByteMachine>: GrammarEngine, @unchecked Sendable {
    private final class State: EngineState, @unchecked Sendable {
        let configuration: Machine.Configuration
        init(_ configuration: Machine.Configuration) { self.configuration = configuration }
    }

    let vocabulary: TokenVocabulary
    // The machine remembers what it has found, and so does the table: everything below holds the lock.
    private let lock: GrammarLock
    private let table: MaskTable<Machine>

    init(_ machine: Machine, _ vocabulary: TokenVocabulary, lock: GrammarLock) {
        self.vocabulary = vocabulary
        self.lock = lock
        table = MaskTable(machine, vocabulary)
    }

    private func configuration(_ state: EngineState) -> Machine.Configuration {
        guard let state = state as? State else { preconditionFailure("GrammarState: used with another grammar") }
        return state.configuration
    }

    func start() -> EngineState { lock.withLock { State(table.machine.start) } }

    func next(_ state: EngineState, _ bytes: [UInt8]) -> EngineState? {
        lock.withLock {
            var configuration = configuration(state)
            for byte in bytes {
                guard let next = table.machine.next(configuration, byte) else { return nil }
                configuration = next
            }
            return State(configuration)
        }
    }

    func accepts(_ state: EngineState) -> Bool { lock.withLock { table.machine.accepts(configuration(state)) } }

    func rest(_ state: EngineState) -> Int { lock.withLock { table.machine.rest(configuration(state)) } }

    func mask(_ state: EngineState) -> AllowedTokens { lock.withLock { table.mask(configuration(state)) } }

    func mask(_ state: EngineState, tokensLeft: Int) -> AllowedTokens {
        lock.withLock { table.mask(configuration(state), tokensLeft: tokensLeft) }
    }
}

/// A lock that several engines of one grammar share.
final class GrammarLock: Sendable {
    private let mutex = Mutex<Void>(())

    func withLock<R>(_ body: () -> R) -> R { mutex.withLock { _ in body() } }
}
