import OrreryGrammar
import Testing

/// Regular expressions and GBNF.
struct PatternTests {
    @Test(arguments: [
        ("a|b*", ["a", "", "bbb"], ["ab", "c"]),
        ("[^\\d\\s]+", ["abc", "é"], ["a1", " ", ""]),
        ("(?:\\u00e9|\\x41){2,3}", ["éA", "AAA"], ["A", "éééé"]),
        ("\\p{Lu}\\p{L}*", ["Äb", "A"], ["ab", "A1"]),
        ("^(?=.*[0-9])(?!.*x)[a-z0-9]{3,}$", ["a1b", "123"], ["abc", "a1x", "a1"]),
        ("((a*)*)*b", ["b", "aaab"], ["a", "c"]),
        (".", ["💩", "a"], ["\n", "", "ab"]),
    ])
    func matchesWhole(_ pattern: String, _ members: [String], _ others: [String]) throws {
        let grammar = try Grammar.regex(pattern)
        for text in members { #expect(grammar.accepts(text.utf8), "\(text)") }
        for text in others { #expect(!grammar.accepts(text.utf8), "\(text)") }
    }

    @Test(arguments: ["(a", "a)", "a{2,1}", "*", "(?<=a)b", "\\1", "\\b", "[z-a]", "a{20000}", "\\p{Foo}", "\\"])
    func refusesPatterns(_ pattern: String) {
        #expect(throws: GrammarError.self) { try Grammar.regex(pattern) }
    }

    static let arithmetic = """
        # sums of products
        root  ::= (term "=" ws num "\\n")+
        term  ::= factor ([-+*/] factor)*   # left to right
        factor ::= num | "(" term ")" ws
        num   ::= [0-9]{1,3} ws
        ws    ::= [ \\t]*
        """

    @Test func gbnfIsReadAsLlamaDoes() throws {
        let grammar = try Grammar.gbnf(Self.arithmetic)
        for text in ["1+2=3\n", "(1 *22)/3= 7\n4=4\n"] { #expect(grammar.accepts(text.utf8), "\(text)") }
        for text in ["1+2=3", "", "1234=1\n", "(1=1\n"] { #expect(!grammar.accepts(text.utf8), "\(text)") }
        let compiled = try grammar.compiled(for: MaskTests.vocabulary)
        var state = compiled.start
        #expect(state.mask().tokens == "(0123456789".utf8.map { Int32($0) }.sorted() + [269])
        let isTaken = state.advance("((((1".utf8)
        #expect(isTaken && !state.isComplete)
    }

    @Test(arguments: [
        "root ::= root \"a\" | \"b\"", "root ::= a\na ::= \"x\"? root", "root ::= missing", "start ::= \"a\"",
        "root ::= \"a", "root ::= (\"a\"", "root ::= *", "root ::= \"a\" root", "root ::= [a", "root := \"a\"",
        "root ::= \"a\"{3,2}",
    ])
    func refusesGrammars(_ text: String) {
        #expect(throws: GrammarError.self) { try Grammar.gbnf(text) }
    }

    @Test func deepNestingIsBounded() throws {
        let grammar = try Grammar.gbnf("root ::= \"(\" root \")\" | \"x\"")
        let deep = String(repeating: "(", count: 900) + "x" + String(repeating: ")", count: 900)
        #expect(grammar.accepts(deep.utf8))
        #expect(!grammar.accepts(String(repeating: "(", count: 200_000).utf8))
        let json = try Grammar.json()
        #expect(!json.accepts(String(repeating: "[", count: 200_000).utf8))
    }
}
