/// The names of one scope while a template is analysed.
final class Symbols {
    /// A variable, and how deep in nested functions its function is.
    struct Slot: Hashable {
        let function, index: Int
    }

    enum Load {
        case given(String)
        case copy(Slot)
        case missing
        case parameter
    }

    /// The template, a macro or a recursive loop: something with variables at run time.
    final class Function {
        let depth: Int
        private(set) var count = 0
        private var slots: [String: Int] = [:]

        init(depth: Int) { self.depth = depth }

        func slot(_ key: String) -> Int {
            if let known = slots[key] { return known }
            defer { count += 1 }
            slots[key] = count
            return count
        }
    }

    let function: Function
    private let parent: Symbols?
    private let level: Int
    /// Keeps the variables of a loop's condition apart from those of its body.
    private let space: String
    private(set) var references: [String: Slot] = [:]
    private(set) var loads: [(slot: Slot, load: Load)] = []
    private(set) var stores: Set<String> = []

    init(_ function: Function, parent: Symbols?, space: String = "") {
        (self.function, self.parent, self.space) = (function, parent, space)
        level = parent.map { $0.level + 1 } ?? 0
    }

    private init(copy other: Symbols) {
        (function, parent, level, space) = (other.function, other.parent, other.level, other.space)
        (references, loads, stores) = (other.references, other.loads, other.stores)
    }

    func find(_ name: String) -> Slot? { references[name] ?? parent?.find(name) }

    private func setLoad(_ slot: Slot, _ load: Load) {
        if let place = loads.firstIndex(where: { $0.slot == slot }) {
            loads[place].load = load
        } else {
            loads.append((slot, load))
        }
    }

    private func define(_ name: String, _ load: Load) {
        let slot = Slot(function: function.depth, index: function.slot("\(space)\(level) \(name)"))
        references[name] = slot
        setLoad(slot, load)
    }

    func store(_ name: String) {
        stores.insert(name)
        if references[name] == nil { define(name, parent?.find(name).map(Load.copy) ?? .missing) }
    }

    func load(_ name: String) { if find(name) == nil { define(name, .given(name)) } }

    func declareParameter(_ name: String) {
        stores.insert(name)
        define(name, .parameter)
    }

    /// Analyses the branches of a condition side by side: a name that only some of them set has its value from outside
    /// before.
    func branch(_ branches: [(Symbols) -> Void]) {
        let copies = branches.map { analyse -> Symbols in
            let copy = Symbols(copy: self)
            analyse(copy)
            return copy
        }
        let known = stores
        for copy in copies {
            references.merge(copy.references) { $1 }
            for (slot, load) in copy.loads { setLoad(slot, load) }
            stores.formUnion(copy.stores)
        }
        for name in stores.subtracting(known).sorted() {
            guard let slot = find(name) else { continue }
            setLoad(slot, parent?.find(name).map(Load.copy) ?? .given(name))
        }
    }
}
