/// One alternative of an object: its keys, what their values must satisfy, and how many there may be.
final class ObjectShape {
    /// The keys that are named; the first labels of `automaton`.
    let names: [[UInt8]]
    /// The keys: each has a label, which says what its value must satisfy.
    let automaton: ByteAutomaton
    /// For each label the goal of a value.
    let goals: [Int]
    /// For each condition of the kind "there is a property" and each label the goal of a value that meets it.
    let conditions: [[Int?]]
    let required: BitSet
    let least: Int
    let most: Int?
    /// Whether every key is allowed that is not named.
    let isOpen: Bool
    /// For each label how many keys it has, up to `manyKeys`.
    private(set) lazy var keyCounts = goals.indices.map { automaton.words(from: 0, label: Int32($0)) }
    private var wordCounts: [WordKey: Int] = [:]

    private struct WordKey: Hashable {
        let state: Int32
        let label: Int
    }

    private var knownKeyRests: [Int: [Int]] = [:]

    /// For each state the bytes of the shortest way to a key of a label.
    func keyRests(_ label: Int) -> [Int] {
        if let known = knownKeyRests[label] { return known }
        let rests = automaton.shortest { $0 == Int32(label) }
        knownKeyRests[label] = rests
        return rests
    }

    /// How many keys of a label can follow a state, up to `manyKeys`.
    func keyCount(from state: Int32, _ label: Int) -> Int {
        let key = WordKey(state: state, label: label)
        if let known = wordCounts[key] { return known }
        let count = automaton.words(from: state, label: Int32(label))
        wordCounts[key] = count
        return count
    }

    /// Whether keys are told apart by their text, as some have no name here.
    var recordsKeys: Bool { goals.count > names.count }
    /// Whether there are few of such keys.
    private(set) lazy var hasFewKeys = (names.count ..< goals.count).contains { keyCounts[$0] < manyKeys }
    /// For each state the labels that can be reached.
    private(set) lazy var reach = automaton.reachableLabels(count: goals.count)
    /// The labels whose values exist; known when all goals are.
    var allowed: BitSet

    init(
        names: [[UInt8]], automaton: ByteAutomaton, goals: [Int], conditions: [[Int?]], required: BitSet, least: Int,
        most: Int?, isOpen: Bool
    ) {
        self.names = names
        self.automaton = automaton
        self.goals = goals
        self.conditions = conditions
        self.required = required
        self.least = least
        self.most = most
        self.isOpen = isOpen
        allowed = BitSet(count: max(goals.count, 1))
    }

    /// The bytes of the shortest key of a label, with quotes and colon.
    private(set) lazy var keyLengths: [Int] = goals.indices.map { label in
        let escapes = label < names.count ? names[label].count { $0 == 0x22 || $0 == 0x5C || $0 < 0x20 } : 0
        return 3 + automaton.shortest(label: Int32(label)) + 5 * escapes
    }
}

/// How many keys of a label are as many as one likes.
let manyKeys = 1 << 20
