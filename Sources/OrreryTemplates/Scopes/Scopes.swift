/// Where every name of a template lives: what jinja2 decides when it compiles (its `idtracking`), as tables next to the
/// statements.
///
/// A scope has variables of its own for the names that it sets, copied on entry from the scope around it; a name that
/// is only read is looked up outwards, at last among the variables that the template was given. A name that a scope
/// sets without having read it before has no value until then, even where a variable of that name was given. These
/// rules are jinja2's, and templates rely on them.
struct Scopes: Sendable {
    /// A variable: `hops` functions outwards (the template, macros, recursive loops), then its slot.
    struct Reference: Sendable {
        let hops, slot: Int
    }

    /// How a variable gets its value when its scope is entered.
    enum Load: Sendable {
        /// From what the template was given.
        case given(String)
        case copy(Reference)
        case missing
        /// From an argument or the items of a loop.
        case parameter
    }

    struct Frame: Sendable {
        var loads: [(slot: Int, load: Load)] = []
        /// Variables of the function that starts here: of a macro, a call block's body, or a recursive loop.
        var slots = 0
        var parameters: [Int] = []
        /// Slots of the special variables, if the body mentions them.
        var loop, caller, keywords, varargs: Int?
    }

    /// By occurrence of a name.
    var references: [Int: Reference] = [:]
    /// The same for the target of a loop while its condition is evaluated, which has variables apart.
    var conditionReferences: [Int: Reference] = [:]
    /// By number of a statement's frame.
    var frames: [Int: Frame] = [:]
    var root = Frame()
}
