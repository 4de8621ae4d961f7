import OrreryTerminal
import Testing

struct TableTests {
    private var table: Table {
        var table = Table([.init("Model"), .init("Parameters", .right), .init("Speed", .right), .init("Note")])
        table.add("qwen3-0.6b", Human.count(596_000_000), Human.rate(45_600, "tokens/s"), "from a mapped file, 日本語 名前")
        table.add("my-model", "10.6M", "1.23M tokens/s")
        return table
    }

    @Test func natural() {
        #expect(
            table.render(width: 100, appearance: .plain) == """
                Model       Parameters           Speed  Note
                ──────────  ──────────  ──────────────  ───────────────────────────────
                qwen3-0.6b        596M  45.6k tokens/s  from a mapped file, 日本語 名前
                my-model         10.6M  1.23M tokens/s
                """)
    }

    @Test func textIsCutFirst() {
        #expect(
            table.render(width: 60, appearance: .ascii) == """
                Model       Parameters           Speed  Note
                ----------  ----------  --------------  --------------------
                qwen3-0.6b        596M  45.6k tokens/s  from a mapped file,~
                my-model         10.6M  1.23M tokens/s
                """)
    }

    @Test func thenFigures() {
        #expect(
            table.render(width: 40, appearance: .plain) == """
                Model     Paramete…      Speed  Note
                ────────  ─────────  ─────────  ────────
                qwen3-0…       596M  45.6k to…  from a …
                my-model      10.6M  1.23M to…
                """)
    }

    @Test func thenEverything() {
        #expect(table.render(width: 5, appearance: .plain) == "Mo… …\n─── …\nqw… …\nmy… …")
        #expect(table.render(width: 0, appearance: .plain) == "")
    }

    @Test func stylesAndNoTitles() {
        var table = Table([.init("", style: .bold), .init("", .center)])
        table.add("a", "x")
        table.add("bb", "yyy")
        #expect(table.render(width: 20, appearance: .plain) == "a    x\nbb  yyy")
        #expect(table.render(width: 20, appearance: .rich) == "\u{1B}[1ma \u{1B}[0m   x\n\u{1B}[1mbb\u{1B}[0m  yyy")
    }

    @Test func empty() {
        #expect(Table([]).render(width: 20, appearance: .plain) == "")
        #expect(Table([.init("Title")]).render(width: 20, appearance: .plain) == "Title\n─────")
    }

    @Test func hostileCells() {
        var table = Table([.init("")])
        table.add("\u{1B}[31mred\nline")
        #expect(table.render(width: 40, appearance: .plain) == "\\x1B[31mred⏎line")
    }

    /// Names that begin alike keep their ends.
    @Test func keepsTheEnd() {
        var table = Table([.init("key", keepsEnd: true), .init("value")])
        table.add("llama.attention.head_count", "9")
        table.add("llama.attention.head_count_kv", "3")
        let lines = table.render(width: 24, appearance: .plain).split(separator: "\n")
        #expect(
            lines[2].hasPrefix("…") && lines[2].contains("head_count ") && lines[3].contains("head_count_kv"),
            "\(lines)")
        #expect(lines.allSatisfy { TextLayout.width(of: String($0)) <= 24 })
    }
}
