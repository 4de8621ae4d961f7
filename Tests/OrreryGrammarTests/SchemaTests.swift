import OrreryGrammar
import Testing

/// Which instances satisfy which schemas.
struct SchemaTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let schema: String
        let valid: [String]
        let invalid: [String]
        var testDescription: String { schema }
    }

    static let cases: [Case] = [
        .init(
            schema: #"{"type": "integer", "minimum": 100}"#, valid: ["100", "1e2", " 1000e-1\n", "100.0"],
            invalid: ["99", "1e1", "100.5", "", "1 00", "\"100\"", "01"]),
        .init(
            schema: #"{"exclusiveMinimum": -1.5, "maximum": 3.25}"#,
            valid: ["-1.49", "0", "-0", "3.25", "3.250", "\"x\"", "null"], invalid: ["-1.5", "3.251", "-2", "4", "10"]),
        .init(
            schema: #"{"multipleOf": 0.01}"#, valid: ["0.07", "4.35", "1", "19.990", "75e-2"],
            invalid: ["0.075", "1e-3"]),
        .init(
            schema: #"{"enum": [1.0, "a\u00e9", null, [1, {"b": 2}]]}"#,
            valid: ["1", "1.0", #""a\u00E9""#, #""aé""#, "null", #"[1,{"b":2}]"#, #"[ 1.0, {"b" : 2.0} ]"#],
            invalid: ["2", #""ae""#, "[1]", #"[1,{"b":2,"c":3}]"#, "true"]),
        .init(
            schema: #"{"type": "string", "minLength": 2, "maxLength": 3}"#,
            valid: [#""ab""#, #""💩💩💩""#, #""\ud83d\udca9x""#], invalid: [#""a""#, #""abcd""#, #""\ud83dx""#]),
        .init(
            schema: #"{"pattern": "^[a-c]{2,}$", "maxLength": 3}"#, valid: [#""ab""#, #""abc""#, "7"],
            invalid: [#""a""#, #""abca""#, #""abd""#]),
        .init(
            schema:
                #"{"properties": {"a": {"type": "integer"}}, "patternProperties": {"^b": {"type": "string"}}, "additionalProperties": {"type": "null"}, "required": ["a"]}"#,
            valid: [#"{"a":1}"#, #"{"bx":"y","a":2,"z":null}"#, #"{"z":null,"\u0061":1}"#, "[]"],
            invalid: ["{}", #"{"a":"1"}"#, #"{"a":1,"b":1}"#, #"{"a":1,"c":0}"#, #"{"a":1,"a":2}"#, #"{"a":1,}"#]),
        .init(
            schema:
                #"{"type": "object", "minProperties": 2, "maxProperties": 2, "propertyNames": {"pattern": "^[xy]$"}}"#,
            valid: [#"{"x":1,"y":2}"#, #"{"y":1,"x":[]}"#],
            invalid: [#"{"x":1}"#, #"{"x":1,"z":2}"#, #"{"x":1,"x":2}"#]),
        .init(
            schema: #"{"prefixItems": [{"type": "integer"}], "items": false, "minItems": 1}"#, valid: ["[1]", "{}"],
            invalid: ["[]", "[1,2]", "[\"a\"]"]),
        .init(
            schema: #"{"type": "array", "contains": {"type": "integer"}, "minContains": 2, "maxContains": 2}"#,
            valid: ["[1,\"a\",2]", "[1.0,2]"], invalid: ["[1]", "[1,2,3]", "[]"]),
        .init(
            schema: #"{"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}"#, valid: [#"{"a":1}"#, #"{"b":1,"c":2}"#],
            invalid: [#"{"a":1,"b":2}"#, "{}", "3"]),
        .init(
            schema: #"{"not": {"properties": {"a": {"type": "string"}}, "required": ["a"]}}"#,
            valid: ["{}", #"{"a":1}"#], invalid: [#"{"a":"x"}"#, "1", "[]"]),
        .init(
            schema:
                #"{"if": {"properties": {"k": {"const": 1}}, "required": ["k"]}, "then": {"required": ["x"]}, "else": {"maxProperties": 1}}"#,
            valid: [#"{"k":1,"x":0}"#, #"{"k":2}"#, "{}"], invalid: [#"{"k":1}"#, #"{"k":2,"z":1}"#]),
        .init(
            schema:
                #"{"allOf": [{"properties": {"a": true}}, {"anyOf": [{"properties": {"b": {"type": "integer"}}}, {"properties": {"c": true}}]}], "unevaluatedProperties": false}"#,
            valid: [#"{"a":1,"b":2}"#, #"{"c":1}"#, #"{"b":1,"c":1}"#],
            invalid: [#"{"d":1}"#, #"{"b":"x"}"#, #"{"b":"x","d":1}"#]),
        .init(
            schema:
                ##"{"type": "object", "properties": {"next": {"$ref": "#"}, "value": {"$ref": "#/$defs/v"}}, "required": ["value"], "additionalProperties": false, "$defs": {"v": {"type": "boolean"}}}"##,
            valid: [#"{"value":true}"#, #"{"next":{"value":false},"value":true}"#],
            invalid: [#"{"next":{},"value":true}"#, #"{"value":1}"#]),
        .init(
            schema: #"{"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"minProperties": 3}}}"#,
            valid: [#"{"a":1,"b":2}"#, #"{"b":1}"#, #"{"c":1,"d":2,"e":3}"#], invalid: [#"{"a":1}"#, #"{"c":1,"d":2}"#]),
        .init(
            schema: #"{"format": "date-time"}"#,
            valid: [#""2024-02-29T23:59:60Z""#, #""1998-12-31T15:59:60.123-08:00""#, #""2023-01-01t00:00:00z""#],
            invalid: [#""2023-02-29T00:00:00Z""#, #""1998-12-31T22:59:60Z""#, #""2023-01-01 00:00:00Z""#]),
        .init(
            schema:
                #"{"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "integer"}], "additionalItems": {"type": "string"}}"#,
            valid: ["[1,\"a\"]", "[]"], invalid: ["[1,2]", "[\"a\"]"]),
        .init(
            schema: #"{"type": "array", "items": {"enum": ["a", "b", 1, null]}, "uniqueItems": true, "minItems": 2}"#,
            valid: [#"["a","b"]"#, #"[1,null,"a","b"]"#], invalid: [#"["a","a"]"#, "[1,1.0]", "[1]", "[1,2]"]),
        .init(schema: "false", valid: [], invalid: ["1", "{}"]),
    ]

    @Test(arguments: cases) func acceptsExactlyTheValid(_ one: Case) throws {
        let grammar = try Grammar.schema(Array(one.schema.utf8))
        for text in one.valid { #expect(grammar.accepts(text.utf8), "\(text)") }
        for text in one.invalid { #expect(!grammar.accepts(text.utf8), "\(text)") }
    }

    @Test func formatsAreAnnotationsWhereAsked() throws {
        let grammar = try Grammar.schema(Array(#"{"format": "ipv4"}"#.utf8), options: .init(formats: .annotate))
        #expect(grammar.accepts("\"x\"".utf8))
    }

    @Test func unknownKeywordsPassWithAWarning() throws {
        let grammar = try Grammar.schema(Array(#"{"properties": {"a": {"colour": 1, "title": "A"}}}"#.utf8))
        #expect(grammar.warnings == ["colour at #/properties/a is not a keyword of JSON Schema and asks nothing"])
    }

    @Test(arguments: [
        (#"{"items": {"uniqueItems": true}}"#, "uniqueItems", "#/items/uniqueItems"),
        (#"{"properties": {"a/b": {"pattern": "(a)\\1"}}}"#, "pattern", "#/properties/a~1b/pattern"),
        (#"{"format": "iri"}"#, "format", "#/format"),
        (#"{"$ref": "other.json"}"#, "$ref", "#/$ref"),
        (##"{"$ref": "#"}"##, "$ref", "#"),
        (#"{"minLength": -1}"#, "minLength", "#/minLength"),
        (#"{"type": "strng"}"#, "type", "#/type"),
        (#"{"a": 1, "a": 2}"#, "json", "#"),
    ])
    func refusesByNameAndPlace(_ schema: String, _ keyword: String, _ place: String) throws {
        let error = #expect(throws: GrammarError.self) { try Grammar.schema(Array(schema.utf8)) }
        #expect(error?.keyword == keyword)
        #expect(error?.place.hasPrefix(place) == true, "\(error?.place ?? "")")
    }
}
