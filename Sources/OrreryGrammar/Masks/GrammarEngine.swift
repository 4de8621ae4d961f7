import OrreryTokenizers
import Synchronization

/// A place in a text of a grammar; what it is only its engine knows.
class EngineState: @unchecked Sendable {}

/// A grammar and a vocabulary, as states see them. One thread at a time computes.
final class GrammarEngine: @unchecked Sendable {
    private final class Place<Configuration>: EngineState, @unchecked Sendable {
        let configuration: Configuration
        init(_ configuration: Configuration) { self.configuration = configuration }
    }

    let vocabulary: TokenVocabulary
    // Machines remember what they have found, so every call of these holds the lock.
    private let lock: GrammarLock
    private let startBody: () -> EngineState
    private let nextBody: (EngineState, [UInt8]) -> EngineState?
    private let acceptsBody: (EngineState) -> Bool
    private let restBody: (EngineState) -> Int
    private let maskBody: (EngineState, Int?) -> AllowedTokens

    /// The masks of a machine. Inlined, so that each machine's code is compiled for its type: a walk makes a hundred
    /// thousand steps.
    @inline(__always)
    init<Machine: ByteMachine>(_ machine: Machine, _ vocabulary: TokenVocabulary, lock: GrammarLock) {
        let table = MaskTable(machine, vocabulary)
        func configuration(_ state: EngineState) -> Machine.Configuration {
            guard let place = state as? Place<Machine.Configuration> else {
                preconditionFailure("GrammarState: used with another grammar")
            }
            return place.configuration
        }
        self.vocabulary = vocabulary
        self.lock = lock
        startBody = { Place(machine.start) }
        nextBody = { state, bytes in
            var configuration = configuration(state)
            for byte in bytes {
                guard let next = machine.next(configuration, byte) else { return nil }
                configuration = next
            }
            return Place(configuration)
        }
        acceptsBody = { machine.accepts(configuration($0)) }
        restBody = { machine.rest(configuration($0)) }
        maskBody = { state, tokensLeft in
            guard let tokensLeft else { return table.mask(configuration(state)) }
            return table.mask(configuration(state), tokensLeft: tokensLeft)
        }
    }

    func start() -> EngineState { lock.withLock { startBody() } }
    func next(_ state: EngineState, _ bytes: [UInt8]) -> EngineState? { lock.withLock { nextBody(state, bytes) } }
    func accepts(_ state: EngineState) -> Bool { lock.withLock { acceptsBody(state) } }
    func rest(_ state: EngineState) -> Int { lock.withLock { restBody(state) } }
    func mask(_ state: EngineState, tokensLeft: Int? = nil) -> AllowedTokens {
        lock.withLock { maskBody(state, tokensLeft) }
    }
}

/// A lock that several engines of one grammar share.
final class GrammarLock: Sendable {
    private let mutex = Mutex<Void>(())

    func withLock<R>(_ body: () -> R) -> R { mutex.withLock { _ in body() } }
}
