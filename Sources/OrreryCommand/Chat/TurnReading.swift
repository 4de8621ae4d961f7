import OrreryGeneration
import OrreryTerminal

/// Shows an answer as it is made; an interrupt ends it.
enum TurnReading {
    static func run(_ turn: ChatTurn, _ interrupt: InterruptFlag, show: (String) throws -> Void) throws {
        // Whatever ends this, the turn is over.
        defer { turn.cancel() }
        PromptReading.run(
            turn.generation.options.prompt.count, isStopped: { interrupt.isRaised }, advance: { turn.advance() },
            done: { turn.generation.cachedPositions })
        while !interrupt.isRaised, let step = try turn.next() { try show(step.text) }
        try show(turn.cancel())
    }
}
