import OrreryTemplates
import Testing

/// `tojson`, as Python's `json.dumps` writes it. scripts/compare/compare_templates.py --json compares every code point below
/// U+3000.
@Suite struct JSONTextTests {
    @Test(arguments: [
        ("x|tojson(ensure_ascii=true)", "a\u{7F}b é😀\u{80}", #""a\u007fb \u00e9\ud83d\ude00\u0080""#),
        ("x|tojson", "\u{7F}é\u{1F}\u{8}\u{2028}", "\"\u{7F}é\\u001f\\b\u{2028}\""),
        ("x|tojson(indent=1.5, separators=[1, 2])", "a", "\"a\""),
    ]) func texts(_ expression: String, _ value: String, _ expected: String) throws {
        #expect(try Template("{{ \(expression) }}").render(["x": .string(value)]).text == expected)
    }
}
