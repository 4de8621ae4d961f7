import OrreryGrammar
import Testing

/// Schemas that were built to explode are answered, or refused after a bounded number of steps.
struct HostileSchemaTests {
    /// Small limits, so that what is refused for its size is refused soon.
    static var limits: Limits {
        var limits = Limits()
        limits.automatonStates = 2_000
        limits.alternatives = 128
        limits.goals = 2_000
        limits.steps = 200_000
        return limits
    }

    private func compile(_ schema: String) throws -> Grammar {
        try Grammar.schema(Array(schema.utf8), options: .init(), limits: Self.limits)
    }

    @Test(arguments: [
        #"{"pattern": "(x+x+)+y"}"#, #"{"pattern": "(((a{1,30}){1,30}){1,30}){1,30}"}"#,
        #"{"pattern": "[ab]*a[ab]{30}"}"#, #"{"pattern": "^(a?){500}a{500}$"}"#,
    ])
    func catastrophicPatterns(_ schema: String) throws {
        do { _ = try compile(schema) } catch let error as GrammarError { #expect(error.keyword == "pattern") }
    }

    @Test func hugeEnumsAreAnswered() throws {
        let words = (0 ..< 10_000).map { "\"word \($0)\"" }.joined(separator: ",")
        let grammar = try Grammar.schema(Array("{\"enum\": [\(words)]}".utf8))
        #expect(grammar.accepts("\"word 9999\"".utf8) && !grammar.accepts("\"word 10000\"".utf8))
        let choices = (0 ..< 10_000).map { "{\"const\": \($0)}" }.joined(separator: ",")
        let numbers = try Grammar.schema(Array("{\"anyOf\": [\(choices)]}".utf8))
        #expect(numbers.accepts("123".utf8) && !numbers.accepts("12345".utf8))
    }

    @Test func tooManyAlternativesAreRefused() throws {
        let branches = (0 ..< 10_000).map { "{\"required\": [\"k\($0)\"]}" }.joined(separator: ",")
        let error = #expect(throws: GrammarError.self) { try compile("{\"anyOf\": [\(branches)]}") }
        #expect(error?.keyword == "anyOf")
        let doubled = (0 ..< 40).map { "{\"anyOf\": [{\"required\": [\"a\($0)\"]}, {\"required\": [\"b\($0)\"]}]}" }
        let product = #expect(throws: GrammarError.self) {
            try compile("{\"allOf\": [\(doubled.joined(separator: ","))]}")
        }
        #expect(product?.keyword == "allOf")
    }

    @Test func circlesAndChainsAreRefused() throws {
        #expect(throws: GrammarError.self) {
            try compile(
                ##"{"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}}"##
            )
        }
        var deep = "true"
        for _ in 0 ..< 120 { deep = "{\"allOf\": [{\"not\": \(deep)}]}" }
        #expect(throws: GrammarError.self) { try compile(deep) }
        var nested = "true"
        for _ in 0 ..< 100_000 { nested = "[\(nested)" }
        #expect(throws: GrammarError.self) { try compile(nested) }
    }

    @Test func largeNumbersDoNotOverflow() throws {
        for schema in [
            #"{"minItems": 99999999999999999999999}"#, #"{"minLength": 1e300, "type": "string"}"#,
            #"{"minimum": 1e999999, "type": "number"}"#, #"{"multipleOf": 1e-300}"#, #"{"maxProperties": 9e18}"#,
            #"{"type": "array", "minItems": 1000000000, "items": {"type": "array", "minItems": 1000000000}}"#,
            #"{"contains": {"const": 1}, "minContains": 1000000000}"#,
        ] {
            do { #expect(!(try compile(schema).accepts("x".utf8))) } catch is GrammarError {}
        }
    }
}
