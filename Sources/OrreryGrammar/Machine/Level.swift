/// What one value in progress may be, within the values around it: all alternatives that its text so far leaves open.
///
/// JSON's brackets say when a value begins and ends, whatever the alternatives, so all of them stand at the same depth:
/// the stack is a list of levels, shared by all states that grew from it.
final class Level: Hashable {
    /// The alternative of the level below that a value belongs to, and as which of its options.
    struct Parent: Hashable, Comparable {
        let node: Int32
        let option: UInt32

        static func < (left: Parent, right: Parent) -> Bool { (left.node, left.option) < (right.node, right.option) }
    }

    struct Node: Hashable {
        var state: NodeState
        var parents: [Parent]
    }

    let nodes: [Node]
    let below: Level?
    /// How many values this one is in, itself included.
    let depth: Int
    private let hash: Int

    init(_ nodes: [Node], below: Level?) {
        self.nodes = nodes
        self.below = below
        depth = (below?.depth ?? 0) + 1
        var hasher = Hasher()
        hasher.combine(nodes)
        hasher.combine(below?.hash)
        hash = hasher.finalize()
    }

    static func == (left: Level, right: Level) -> Bool {
        var (one, other): (Level?, Level?) = (left, right)
        while let a = one, let b = other {
            if a === b { return true }
            guard a.hash == b.hash, a.nodes == b.nodes else { return false }
            (one, other) = (a.below, b.below)
        }
        return one == nil && other == nil
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// One alternative of a value in progress.
enum NodeState: Hashable {
    /// A value of the goal is to come.
    case value(Int32)
    /// In null, true or false.
    case word(ValueKind, UInt8)
    /// In a number of the goal; the text is kept where any spelling is read, and the state is -1 where it has an exponent.
    case number(Int32, Int32, [UInt8]?)
    /// In a string of the goal.
    case string(Int32, StringProgress)
    case array(Int32, ArrayShape.Progress, ContainerPhase)
    case object(Int32, ObjectShape.Progress, ContainerPhase, StringProgress)
    /// The whole text is complete.
    case done
}

/// Where an array or object stands.
enum ContainerPhase: UInt8, Hashable {
    /// Behind the bracket.
    case open
    /// In a key.
    case key
    /// Behind a key.
    case colon
    /// In a value.
    case value
    /// Behind a value.
    case after
    /// Behind a comma, before a key.
    case comma
}
