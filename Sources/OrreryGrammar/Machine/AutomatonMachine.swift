/// Reads the texts of an automaton.
final class AutomatonMachine: ByteMachine {
    private let automaton: ByteAutomaton
    private lazy var rests = automaton.shortest { _ in true }

    init(_ automaton: ByteAutomaton) { self.automaton = automaton }

    let start: Int32 = 0

    func next(_ configuration: Int32, _ byte: UInt8) -> Int32? {
        let next = automaton.next(configuration, byte)
        return next < 0 ? nil : next
    }

    func accepts(_ configuration: Int32) -> Bool { automaton.labels[Int(configuration)] >= 0 }

    func rest(_ configuration: Int32) -> Int { rests[Int(configuration)] }

    var longestDetour: Int { automaton.count }
}
