import OrreryGrammar
import OrreryRandom
import OrreryTokenizers
import Testing

/// The masks of a grammar against trying every token.
struct MaskTests {
    /// Every byte, tokens that cross the parts of JSON, a twin, a special token without text, and an end.
    static let tokens: [[UInt8]?] =
        (0 ... 255).map { [UInt8($0)] }
        + [
            "{\"", "\":", "\":\"", "\",\"", "\"}", "\"}]", "[{", "name", "\"name", "am", "true", "false}", "null", "12",
            "3.5", "  ", "\n  ", "\\u00", "\\n", "é", "hello", "hello\"", "a\",\"b\":", "}", "age\":", "]", ",",
            "true,",
            "\"a\":1,\"a\":2", "x\":{\"y\":[", "-", "2024-", "T00:",
        ].map { Array($0.utf8) } + [Array("name".utf8), nil, nil]
    static let end = TokenID(tokens.count - 1)
    static let vocabulary = TokenVocabulary(tokens, endTokens: [end])

    static let schemas = [
        "true",
        #"{"type": "object", "properties": {"name": {"type": "string", "maxLength": 7}, "age": {"type": "integer", "minimum": -3, "maximum": 120}}, "required": ["age"], "additionalProperties": false}"#,
        #"{"type": "object", "additionalProperties": {"type": "array", "items": {"enum": ["hello", "hell", 12, true]}, "minItems": 1}, "minProperties": 1, "maxProperties": 3}"#,
        #"{"type": "object", "propertyNames": {"pattern": "^[ab]$"}, "minProperties": 2}"#,
        #"{"anyOf": [{"type": "object", "properties": {"name": {"const": "x"}, "a": {"type": "string"}}, "required": ["name", "a"]}, {"type": "object", "properties": {"name": {"const": "y"}}, "required": ["name"], "additionalProperties": false}]}"#,
        #"{"type": "string", "pattern": "^(am|name){1,3}é?$", "minLength": 4, "maxLength": 8}"#,
        #"{"type": "array", "prefixItems": [{"type": "number", "multipleOf": 0.5}], "contains": {"type": "boolean"}, "maxItems": 4}"#,
        #"{"type": "string", "format": "date-time"}"#,
        ##"{"type": "object", "properties": {"x": {"$ref": "#"}, "y": {"type": "array", "items": {"$ref": "#"}}}, "additionalProperties": false}"##,
    ]

    @Test(arguments: schemas) func masksAreWhatAdvanceTakes(_ schema: String) throws {
        let compiled = try Grammar.schema(Array(schema.utf8)).compiled(for: Self.vocabulary)
        var random = SplitMix64(seed: 7)
        for _ in 0 ..< 6 {
            var state = compiled.start
            for _ in 0 ..< 60 where !state.isEnded {
                let mask = state.mask()
                for token in TokenID(0) ..< TokenID(Self.tokens.count) {
                    var copy = state
                    let isTaken = copy.advance(token)
                    #expect(isTaken == mask.contains(token), "token \(token)")
                }
                let allowed = mask.tokens
                try #require(!allowed.isEmpty)
                let longer = allowed.filter { $0 > 255 }
                let choices = longer.isEmpty || random.next() % 3 == 0 ? allowed : longer
                let isTaken = state.advance(choices[Int(random.next() % UInt64(choices.count))])
                #expect(isTaken)
            }
        }
    }

    @Test(arguments: schemas) func nearTheLimitEveryTextIsCompleted(_ schema: String) throws {
        let grammar = try Grammar.schema(Array(schema.utf8))
        let compiled = try grammar.compiled(for: Self.vocabulary)
        var random = SplitMix64(seed: 3)
        for limit in [compiled.start.shortestCompletion + 12, compiled.start.shortestCompletion + 40] {
            var state = compiled.start
            var text: [UInt8] = []
            var left = limit
            while !state.isEnded {
                let allowed = state.mask(tokensLeft: left).tokens
                guard left > 0, !allowed.isEmpty else { break }
                let token = allowed[Int(random.next() % UInt64(allowed.count))]
                let isTaken = state.advance(token)
                #expect(isTaken)
                text += Self.tokens[Int(token)] ?? []
                left -= 1
            }
            #expect(state.isComplete, "\(String(decoding: text, as: UTF8.self))")
            #expect(grammar.accepts(text), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test func anEndTokenComesWhereTheTextIsComplete() throws {
        let compiled = try Grammar.schema(Array(#"{"type": "integer"}"#.utf8)).compiled(for: Self.vocabulary)
        var state = compiled.start
        #expect(!state.mask().contains(Self.end))
        let takesSign = state.advance("-".utf8)
        #expect(takesSign && !state.isComplete)
        let takesDigits = state.advance("12".utf8)
        #expect(takesDigits && state.isComplete && state.mask().contains(Self.end))
        var copy = state
        let takesEnd = copy.advance(Self.end)
        #expect(takesEnd && copy.isEnded && copy.mask().count == 0 && !state.isEnded)
    }

    @Test func whatNothingSatisfiesHasNoMasks() throws {
        let grammar = try Grammar.schema(Array(#"{"type": "string", "pattern": "^a$", "minLength": 2}"#.utf8))
        #expect(throws: GrammarError.self) { try grammar.compiled(for: Self.vocabulary) }
    }
}
