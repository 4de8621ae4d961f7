/// A statement about one text, made of others by and, or and not.
indirect enum Formula<Atom: Hashable & Sendable>: Hashable, Sendable {
    case constant(Bool)
    case atom(Atom)
    case not(Formula)
    case and([Formula])
    case or([Formula])

    /// The conjunction, simplified.
    static func all(_ parts: [Formula]) -> Formula {
        var kept: [Formula] = []
        for part in parts {
            switch part {
            case .constant(true): continue
            case .constant(false): return part
            case .and(let inner): kept += inner
            default: kept.append(part)
            }
        }
        return kept.count == 1 ? kept[0] : kept.isEmpty ? .constant(true) : .and(kept)
    }

    /// The disjunction, simplified.
    static func any(_ parts: [Formula]) -> Formula {
        var kept: [Formula] = []
        for part in parts {
            switch part {
            case .constant(false): continue
            case .constant(true): return part
            case .or(let inner): kept += inner
            default: kept.append(part)
            }
        }
        return kept.count == 1 ? kept[0] : kept.isEmpty ? .constant(false) : .or(kept)
    }

    var negated: Formula {
        switch self {
        case .constant(let value): .constant(!value)
        case .not(let inner): inner
        default: .not(self)
        }
    }

    /// Whether it holds where the atoms have the given values.
    func holds(_ value: (Atom) -> Bool) -> Bool {
        switch self {
        case .constant(let constant): constant
        case .atom(let atom): value(atom)
        case .not(let inner): !inner.holds(value)
        case .and(let parts): parts.allSatisfy { $0.holds(value) }
        case .or(let parts): parts.contains { $0.holds(value) }
        }
    }

    /// The parts of a conjunction, or the formula itself.
    var conjuncts: [Formula] { if case .and(let parts) = self { parts } else { [self] } }

    /// The same statement about others' atoms.
    func map<Other>(_ change: (Atom) throws -> Other) rethrows -> Formula<Other> {
        switch self {
        case .constant(let value): .constant(value)
        case .atom(let atom): .atom(try change(atom))
        case .not(let inner): .not(try inner.map(change))
        case .and(let parts): .and(try parts.map { try $0.map(change) })
        case .or(let parts): .or(try parts.map { try $0.map(change) })
        }
    }

    /// Calls `body` with every atom, repeatedly where one stands repeatedly.
    func forEachAtom(_ body: (Atom) -> Void) {
        switch self {
        case .constant: break
        case .atom(let atom): body(atom)
        case .not(let inner): inner.forEachAtom(body)
        case .and(let parts), .or(let parts): for part in parts { part.forEachAtom(body) }
        }
    }
}
