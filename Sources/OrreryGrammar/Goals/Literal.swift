/// A schema that a value must satisfy, or must not: twice the schema's number, and one more for not.
typealias Literal = Int32

extension Literal {
    /// What every value satisfies.
    static let always: Literal = 0
    /// What no value satisfies.
    static let never: Literal = 1

    init(node: Int, isNegated: Bool = false) { self = Int32(node * 2 + (isNegated ? 1 : 0)) }

    var node: Int { Int(self >> 1) }
    var isNegated: Bool { self & 1 == 1 }
    var negated: Literal { self ^ 1 }
}

/// The kinds of values that schemas tell apart.
enum ValueKind: Int, CaseIterable {
    case null, `false`, `true`, number, string, array, object
}

/// A set of property names.
indirect enum KeyClass: Hashable {
    case name([UInt8])
    case matching(Formula<StringAtom>)
    case outside([KeyClass])

    static let all = KeyClass.outside([])

    /// Calls `name` and `formula` with everything it is made of.
    func forEachPart(name: ([UInt8]) -> Void, formula: (Formula<StringAtom>) -> Void) {
        switch self {
        case .name(let text): name(text)
        case .matching(let inner): formula(inner)
        case .outside(let classes): for inner in classes { inner.forEachPart(name: name, formula: formula) }
        }
    }

    /// Whether a key is in it that equals the names `isName` says and matches the formulas `matches` says.
    func contains(isName: ([UInt8]) -> Bool, matches: (Formula<StringAtom>) throws -> Bool) rethrows -> Bool {
        switch self {
        case .name(let text): isName(text)
        case .matching(let formula): try matches(formula)
        case .outside(let classes): try !classes.contains { try $0.contains(isName: isName, matches: matches) }
        }
    }
}
