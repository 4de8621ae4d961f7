import OrreryGrammar
import Testing

/// Whether instances satisfy schemas.
struct SchemaTests {
    @Test func acceptsEverySpellingOfAValidInstance() throws {
        let grammar = try Grammar.schema(Array(#"{"type": "integer", "minimum": 100}"#.utf8))
        for text in ["100", "1e2", " 1000e-1\n", "100.0"] { #expect(grammar.accepts(text.utf8), "\(text)") }
        for text in ["99", "1e1", "100.5", "", "1 00", "\"100\""] { #expect(!grammar.accepts(text.utf8), "\(text)") }
    }
}
