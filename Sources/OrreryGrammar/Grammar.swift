/// A language of texts that a model's output is held to.
public struct Grammar: Sendable {
    private let source: any GrammarSource
    /// What is odd and was read all the same: keywords that are not known, with their places.
    public let warnings: [String]

    init(_ source: any GrammarSource, warnings: [String] = []) {
        self.source = source
        self.warnings = warnings
    }

    /// JSON that satisfies a schema of draft 2020-12 or draft 7.
    ///
    /// - Throws: `GrammarError` that names a keyword which cannot be enforced, and where it stands.
    public static func schema(_ json: [UInt8], options: SchemaOptions = .init()) throws -> Grammar {
        try schema(json, options: options, limits: Limits())
    }

    package static func schema(_ json: [UInt8], options: SchemaOptions, limits: Limits) throws -> Grammar {
        let document = try SchemaDocument(SchemaValue(json: json), options: options)
        let compiler = SchemaCompiler(document, options: options, limits: limits)
        let table = try GoalTable(compiler)
        return Grammar(SchemaSource(table), warnings: compiler.nodes.warnings)
    }

    /// JSON, any value.
    public static func json() throws -> Grammar { try schema(Array("true".utf8)) }

    /// JSON, any object.
    public static func jsonObject() throws -> Grammar { try schema(Array(#"{"type": "object"}"#.utf8)) }

    /// The texts that a regular expression matches whole.
    ///
    /// - Throws: `GrammarError` that names the offset of what is not supported.
    public static func regex(_ pattern: String) throws -> Grammar {
        do {
            let limit = Limits().automatonStates
            return Grammar(
                AutomatonSource(try RegexCompiler.automaton(pattern, whole: true, limit: limit)))
        } catch let large as TooLarge { throw GrammarError("regex", at: "offset 0", large.reason) }
    }

    /// The texts of a GBNF grammar's rule `root`, as llama.cpp reads it.
    ///
    /// - Throws: `GrammarError` that names the line of what is wrong, or a rule that begins with itself.
    public static func gbnf(_ text: String) throws -> Grammar {
        do {
            return Grammar(RuleSource(network: try RuleNetwork(try GBNFParser.parse(text), limit: 100_000)))
        } catch let large as TooLarge { throw GrammarError("gbnf", at: "root", large.reason) }
    }

    /// Whether a whole text is of the language, however it is spelt: numbers with exponents, white space, escapes.
    public func accepts(_ bytes: some Sequence<UInt8>) -> Bool { source.accepts(Array(bytes)) }

    /// The grammar for the tokens of a vocabulary.
    ///
    /// - Throws: `GrammarError` where no text is of the language.
    public func compiled(for vocabulary: TokenVocabulary) throws -> CompiledGrammar {
        guard !source.isEmpty else { throw GrammarError("schema", at: "#", "no value satisfies it") }
        return CompiledGrammar(engine: source.engine(vocabulary))
    }
}

/// What makes machines for a grammar.
protocol GrammarSource: Sendable {
    /// Whether no text is of the language.
    var isEmpty: Bool { get }
    func accepts(_ bytes: [UInt8]) -> Bool
    func engine(_ vocabulary: TokenVocabulary) -> GrammarEngine
}

extension ByteMachine {
    /// Whether a whole text is of the language.
    func accepts(text: [UInt8]) -> Bool {
        var state = start
        for byte in text {
            guard let next = next(state, byte) else { return false }
            state = next
        }
        return accepts(state)
    }
}

/// A schema's goals, whose shapes remember what they have found: whatever reads them holds the lock.
final class SchemaSource: GrammarSource, @unchecked Sendable {
    private let lock = GrammarLock()
    private let table: GoalTable

    init(_ table: GoalTable) { self.table = table }

    var isEmpty: Bool { table.isEmpty }

    func accepts(_ bytes: [UInt8]) -> Bool {
        lock.withLock { SchemaMachine(table, readsAnySpelling: true).accepts(text: bytes) }
    }

    func engine(_ vocabulary: TokenVocabulary) -> GrammarEngine {
        GrammarEngine(SchemaMachine(table, readsAnySpelling: false), vocabulary, lock: lock)
    }
}

/// The texts of an automaton.
struct AutomatonSource: GrammarSource {
    let automaton: ByteAutomaton

    init(_ automaton: ByteAutomaton) { self.automaton = automaton }

    var isEmpty: Bool { automaton.isEmpty }

    func accepts(_ bytes: [UInt8]) -> Bool { automaton.label(of: bytes) >= 0 }

    func engine(_ vocabulary: TokenVocabulary) -> GrammarEngine {
        GrammarEngine(AutomatonMachine(automaton), vocabulary, lock: GrammarLock())
    }
}
