import OrreryRandom
import OrreryTerminal
import Testing

/// Markdown on a terminal: the styles that it asks for, nothing lost, and the same however it is cut into pieces.
@Suite struct MarkdownTests {
    private func output(_ pieces: [String], width: Int = 80, appearance: Appearance = .rich) -> String {
        var markdown = MarkdownStream(appearance)
        return pieces.map { markdown.add($0, width: width) }.joined() + markdown.finish(width: width)
    }

    private func screen(_ pieces: [String], width: Int = 80) -> ScreenTwin {
        ScreenTwin(output(pieces, width: width), width: width)
    }

    private func shown(_ text: String, width: Int = 80) -> [String] { screen([text], width: width).text }

    /// The text with each run of a style as `<style:text>`.
    private func styled(_ text: String) -> String {
        screen([text]).lines.map { line in
            var result = "", style = ""
            for cell in line {
                if cell.style != style {
                    result += (style.isEmpty ? "" : ">") + (cell.style.isEmpty ? "" : "<\(cell.style):")
                    style = cell.style
                }
                result.append(cell.character)
            }
            return result + (style.isEmpty ? "" : ">")
        }.joined(separator: "\n")
    }

    @Test(arguments: [
        ("plain text", "plain text"),
        ("a **bold** word", "a <1:bold> word"), ("__bold__", "<1:bold>"),
        ("an *italic* and _another_", "an <3:italic> and <3:another>"), ("***both***", "<1;3:both>"),
        ("**bold *and italic***", "<1:bold ><1;3:and italic>"), ("*a **b** c*", "<3:a ><1;3:b><3: c>"),
        ("`code` and ``a ` b``", "<36:code> and <36:a ` b>"), ("**`code`**", "<1;36:code>"),
        ("`**not bold**`", "<36:**not bold**>"), ("**a `b** c` d**", "<1:a ><1;36:b** c><1: d>"),
        // What is no mark stays.
        ("2 * 3 * 4", "2 * 3 * 4"), ("2*3*4", "2*3*4"), ("snake_case_name", "snake_case_name"), ("**open", "**open"),
        ("`open", "`open"), ("a*", "a*"), ("a ****", "a ****"), (#"\*stars\* \(x\) \\"#, #"*stars* \(x\) \\"#),
        ("[text](http://x)", "<4:text><2: (http://x)>"), ("[**b**](u)", "<1;4:b><2: (u)>"),
        ("[http://x](http://x)", "<4:http://x>"), ("![a picture](p.png)", "<4:a picture><2: (p.png)>"),
        ("[note] and [1]: x", "[note] and [1]: x"), ("[open](http", "[open](http"), ("wow! ![", "wow! !["),
        ("# Title", "<1;4:Title>"), ("### A *b*", "<1:A ><1;3:b>"), ("#hash", "#hash"), ("####### x", "####### x"),
        ("#", "#"), ("> quoted *text*", "<2:│ >quoted <3:text>"), (">> two", "<2:│ │ >two"),
        ("- one\n* two\n  - three", "• one\n• two\n  • three"), ("1. one\n2) two", "1. one\n2) two"),
        ("- **bold** item", "• <1:bold> item"), ("-not", "-not"), ("- 5 - 3", "• 5 - 3"), ("1.5 is", "1.5 is"),
        ("```swift\nlet a = *b*\n```\nand *c*", "<2:```swift>\n<36:let a = *b*>\n<2:```>\nand <3:c>"),
        ("~~~\n```\n~~~", "<2:~~~>\n<36:```>\n<2:~~~>"), ("```one line``` of text", "<36:one line> of text"),
        ("````\n```\n````\nx", "<2:````>\n<36:```>\n<2:````>\nx"),
        ("> ```\n> a\n>  b\n> ```\nc", "<2:│ ```>\n<2:│ ><36:a>\n<2:│ ><36: b>\n<2:│ ```>\nc"),
        ("a\n\nb", "a\n\nb"), ("---", "<2:" + String(repeating: "─", count: 24) + ">"), ("--", "--"), ("-", "-"),
    ]) func styles(_ text: String, _ expected: String) { #expect(styled(text) == expected) }

    @Test func tables() {
        let text = "Before:\n| Name | Count |\n|:-----|------:|\n| **a** | 1 |\n| `b|c` | 200 |\nAfter"
        #expect(shown(text) == ["Before:", "Name  Count", "────  ─────", "a         1", "b|c     200", "After"])
        // The last row of the text, with and without its newline.
        for end in ["", "\n"] {
            #expect(shown("|a|b|\n|-|-|\n|1|2|" + end) == ["a  b", "─  ─", "1  2"] + (end.isEmpty ? [] : [""]))
        }
        #expect(shown("|a|b|\nno table") == ["|a|b|", "no table"])
        #expect(shown("|a|b|\n|-|") == ["|a|b|", "|-|"])
        #expect(shown("|a|b|") == ["|a|b|"])
        // Rows that are too short or too long.
        #expect(shown("|a|b|\n|-|-|\n|1|\n|1|2|3|") == ["a  b", "─  ───", "1", "1  2 3"])
    }

    /// A table that is too wide has cells of several lines.
    @Test func narrowTables() {
        let text = "| word | meaning |\n|---|---|\n| sun | the star that the planets go around |\n"
        for width in 20 ... 60 {
            let lines = shown(text, width: width)
            #expect(lines.allSatisfy { $0.count < width }, "\(width): \(lines)")
            #expect(letters(lines.joined()).contains("sun"))
            #expect(Set(letters(lines.joined())) == Set(letters(text)))
            #expect(letters(lines.joined()).count == letters(text).count)
        }
    }

    @Test func linesAreBroken() {
        #expect(
            shown("- a list whose item is long\n> and a quotation that is long", width: 16) == [
                "• a list whose ", "  item is long", "│ and a ", "│ quotation ", "│ that is long",
            ])
        #expect(
            screen(["a **bold text** that is long"], width: 12).text == ["a bold text", "that is ", "long"])
        // Code is left to the terminal.
        #expect(
            output(["```\n" + String(repeating: "x y ", count: 40) + "\n```"], width: 20).contains(
                String(repeating: "x y ", count: 40)))
    }

    /// However it is cut, it looks the same.
    @Test(arguments: 0 ..< 8) func piecesDoNotMatter(_ seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0 ..< 150 {
            let text = Self.text(&random), width = 12 + Int(random.next() % 70)
            let whole = screen([text], width: width)
            #expect(screen(text.map(String.init), width: width).lines == whole.lines, "\(text.debugDescription)")
            #expect(
                screen(text.unicodeScalars.map { String($0) }, width: width).lines == whole.lines,
                "\(text.debugDescription)")
            var pieces: [String] = [], rest = Substring(text)
            while !rest.isEmpty {
                let piece = rest.prefix(1 + Int(random.next() % 9))
                pieces.append(String(piece))
                rest = rest.dropFirst(piece.count)
            }
            #expect(screen(pieces, width: width).lines == whole.lines, "\(text.debugDescription)")
        }
    }

    /// Letters and digits all come, in their order; so do marks that nothing completes.
    @Test func nothingIsLost() {
        var random = SplitMix64(seed: 99)
        for _ in 0 ..< 600 {
            let text = Self.text(&random, hasTables: false)
            #expect(letters(shown(text).joined()) == letters(text), "\(text.debugDescription)")
        }
        for text in [
            "**", "a `b", "[x](y", "| a", "* ", "```", "1. ", "> ", "**a `b*", String(repeating: "*a ", count: 300),
        ] {
            let shown = shown(text).joined(separator: "\n").filter { !$0.isWhitespace }
            #expect(shown.count == text.filter { !$0.isWhitespace }.count, "\(text)")
        }
    }

    /// What a mark does not hold is shown at once, and nothing that was shown is taken back but a word that does not fit.
    @Test func charactersComeAtOnce() {
        var markdown = MarkdownStream(.rich)
        for character in "Words come as they are, 2 * 3 too" where character != "*" {
            #expect(markdown.add(String(character), width: 80) == String(character))
        }
        #expect(markdown.add(" *", width: 80) == " ")
        #expect(markdown.add("it", width: 80) == "")
        #expect(markdown.add("* x", width: 80) == "\u{1B}[3mit\u{1B}[0m x")
        // A mark that nothing closes waits for the end of its line, or for 400 characters.
        #expect(markdown.add(" *o", width: 80) == " ")
        #expect(markdown.add("\n", width: 80) == "*o\n")
        #expect(markdown.add("*" + String(repeating: "o", count: 500), width: 1000).count == 501)
    }

    private func letters(_ text: String) -> String { text.filter { $0.isLetter || $0.isNumber } }

    private static func text(_ random: inout SplitMix64, hasTables: Bool = true) -> String {
        var pieces = [
            "*", "**", "***", "_", "__", "`", "``", "```", "```\n", "~~~", "[", "](", ")", "](u)", "!", "\\", "#",
            "## ", "> ",
            "- ", "1. ", "---", "\n", "\n\n", " ", " ", "  ", "word", "a", "b2", "é", "e\u{301}", "日本", "😀",
            "long-word-here",
        ]
        if hasTables { pieces += ["|", "|a|b|\n|-|-|\n", "| c | d |\n", "\n|"] }
        return (0 ..< 1 + random.next() % 30).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
    }
}
