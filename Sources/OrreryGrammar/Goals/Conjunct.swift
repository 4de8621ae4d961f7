/// What one alternative of a schema asks of an object or an array, everything at once.
struct Conjunct: Hashable {
    /// Every property with a key of the class has a value that satisfies the literal.
    struct Each: Hashable {
        let keys: KeyClass
        let literal: Literal
    }

    /// The number of elements from a place on that satisfy a literal.
    struct Count: Hashable {
        let start: Int
        let literal: Literal
        let least: Int
        let most: Int?
    }

    /// Every element from a place on satisfies the literal.
    struct From: Hashable {
        let start: Int
        let literal: Literal
    }

    // An object's.
    var each: Set<Each> = []
    var required: Set<[UInt8]> = []
    /// There is a property with a key of the class and such a value.
    var exists: Set<Each> = []

    // An array's.
    var at: [Int: Set<Literal>] = [:]
    var from: Set<From> = []
    var counts: Set<Count> = []
    var isUnique = false

    // The number of properties or elements.
    var least = 0
    var most: Int?

    // What the schemas that hold have evaluated; kept only where an outer schema asks.
    var evaluatedKeys: Set<KeyClass> = []
    var evaluatedItems = 0
    var evaluatedMatches: Set<Literal> = []

    /// Both at once.
    func merged(_ other: Conjunct) -> Conjunct {
        var result = self
        result.each.formUnion(other.each)
        result.required.formUnion(other.required)
        result.exists.formUnion(other.exists)
        result.at.merge(other.at) { $0.union($1) }
        result.from.formUnion(other.from)
        result.counts.formUnion(other.counts)
        result.isUnique = isUnique || other.isUnique
        result.least = max(least, other.least)
        if let bound = other.most { result.most = min(most ?? .max, bound) }
        result.evaluatedKeys.formUnion(other.evaluatedKeys)
        result.evaluatedItems = max(evaluatedItems, other.evaluatedItems)
        result.evaluatedMatches.formUnion(other.evaluatedMatches)
        return result
    }

    /// The same without what was evaluated.
    var plain: Conjunct {
        var result = self
        result.evaluatedKeys = []
        result.evaluatedItems = 0
        result.evaluatedMatches = []
        return result
    }
}
