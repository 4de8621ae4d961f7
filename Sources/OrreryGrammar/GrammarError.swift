/// Why a schema, a pattern or a grammar is refused.
///
/// Nothing that constrains is ignored: what cannot be enforced byte by byte without running into a dead end is refused
/// by the keyword's name and the place where it stands.
public struct GrammarError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The keyword that cannot be enforced ("uniqueItems"), or "regex", "gbnf", "json".
    public let keyword: String
    /// Where it stands: a JSON pointer into the schema ("#/properties/a"), or an offset in a pattern or grammar.
    public let place: String
    /// What was found and what is expected instead.
    public let reason: String

    package init(_ keyword: String, at place: String, _ reason: String) {
        self.keyword = keyword
        self.place = place
        self.reason = reason
    }

    /// The keyword, its place and the reason, on one line.
    public var description: String { "\(keyword) at \(place): \(reason)" }
}

/// How much work compiling may do, so that no schema stalls the machine. Counted, not timed.
package struct Limits: Sendable {
    /// States of one automaton over bytes.
    package var automatonStates = 20_000
    /// States and transitions of all automata of one grammar together.
    package var totalEdges = 2_000_000
    /// Alternatives that one value may have after its schemas were multiplied out.
    package var alternatives = 1_024
    /// Different conjunctions of schemas that values of one grammar may have to satisfy.
    package var goals = 20_000
    /// Steps of combining schemas, over the whole compilation.
    package var steps = 2_000_000
    /// How deep schemas may refer to schemas of the same value.
    package var depth = 64

    package init() {}
}

/// Something too large for the limits, without a place yet.
struct TooLarge: Error {
    let reason: String
}
