import OrreryTerminal
import Testing

struct TextLayoutTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
        ("ａ", 2), ("🙂", 2),
        ("👨‍👩‍👧", 2), ("🇨🇭", 2), ("❤️", 2), ("❤", 1), ("1", 1), ("…", 1), ("█▏⠿◆", 4), ("\u{301}", 0), ("\n", 0),
        ("\u{200B}", 0),
        ("\u{1B}[1;36mab\u{1B}[0m", 2), ("\u{1B}[38;2;1;2;3m日\u{1B}[0mx", 3), ("\u{1B}", 0),
    ])
    func width(text: String, columns: Int) {
        #expect(TextLayout.width(of: text) == columns)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""), ("abcdef", -1, ""),
        ("日本語", 6, "日本語"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("日本語", 2, "…"),
        ("\u{1B}[1mabcdef\u{1B}[0m", 4, "\u{1B}[1mabc…\u{1B}[0m"), ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
    ])
    func truncation(text: String, width: Int, result: String) {
        #expect(TextLayout.truncated(text, to: width) == result)
    }

    @Test func ellipsisWiderThanTheRoom() {
        #expect(TextLayout.truncated("abcdef", to: 2, ellipsis: "...") == "ab")
    }

    @Test func padding() {
        #expect(TextLayout.padded("ab", to: 5) == "ab   ")
        #expect(TextLayout.padded("ab", to: 5, .right) == "   ab")
        #expect(TextLayout.padded("ab", to: 5, .center) == " ab  ")
        #expect(TextLayout.padded("日", to: 3) == "日 ")
        #expect(TextLayout.padded("abc", to: 2) == "abc")
        #expect(TextLayout.padded("abc", to: -2) == "abc")
    }

    /// A number stays with its unit, and the halves of a duration stay together.
    @Test(arguments: [
        ("it took 4.1 s", 11, "it took\n  4.1 s"), ("in 1 m 32 s now", 10, "in\n  1 m 32 s\n  now"),
        ("context 2,048 tokens", 15, "context\n  2,048 tokens"), ("step 3/4 of it", 8, "step\n  3/4 of\n  it"),
        ("one, two 2, three", 11, "one, two 2,\n  three"), ("a 5 s", 1, "a\n  5 s"), ("m 5", 1, "m\n  5"),
    ]) func units(_ text: String, _ width: Int, _ result: String) {
        #expect(TextLayout.wrapped(text, to: width) == result)
    }

    @Test func wrapping() {
        #expect(TextLayout.wrapped("one two three", to: 20) == "one two three")
        #expect(TextLayout.wrapped("one two three", to: 7) == "one two\n  three")
        #expect(TextLayout.wrapped("one averylongword two", to: 8, indent: 0) == "one\naverylongword\ntwo")
        #expect(TextLayout.wrapped("", to: 8) == "")
    }
}
