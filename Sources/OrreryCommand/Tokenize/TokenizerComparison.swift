import Foundation
import OrreryFiles
import OrreryTerminal
import OrreryTokenizers

/// Several tokenizers on one text, side by side.
struct TokenizerComparison {
    private let jobs: [TokenizeJob]
    private let measures: TokenMeasures

    init(_ jobs: [TokenizeJob], _ measures: TokenMeasures) { (self.jobs, self.measures) = (jobs, measures) }

    /// Texts up to this are shown in pieces, too.
    private static let longestShown = 2_000

    func show(_ output: OutputOptions) throws {
        let rows = try jobs.map { (job: $0, statistics: try TokenStatistics($0)) }
        if output.json {
            var object = JSONObject()
            object["text_bytes"] = JSONValue(jobs[0].text.count)
            object["tokenizers"] = .array(
                rows.map { row in
                    var fields = row.statistics.json(measures)
                    fields["tokenizer"] = JSONValue(row.job.name)
                    return .object(fields)
                })
            return try output.print(object)
        }
        let terminal = Terminal.standardOutput
        var columns: [Table.Column] = [
            .init("tokenizer"), .init("vocabulary", .right), .init("tokens", .right), .init("per word", .right),
            .init("bytes each", .right),
        ]
        if measures.context != nil { columns.append(.init("context", .right)) }
        if measures.pricePerMillion != nil { columns.append(.init("cost", .right)) }
        var table = Table(columns)
        for (job, statistics) in rows {
            func number(_ value: Double?) -> String { value.map { Human.fixed($0, decimals: 2) } ?? "-" }
            var cells = [
                Path.name(job.name), Human.exact(statistics.vocabulary), Human.exact(statistics.tokens),
                number(statistics.tokensPerWord), number(statistics.bytesPerToken),
            ]
            if let context = measures.context {
                cells.append(Human.percent(statistics.share(of: context), decimals: 2))
            }
            if let price = measures.pricePerMillion {
                cells.append(Human.fixed(statistics.cost(at: price), decimals: 6))
            }
            table.add(cells)
        }
        try terminal.writeLine(table.render(width: terminal.width, appearance: terminal.appearance))
        guard jobs[0].text.count <= Self.longestShown else { return }
        for job in jobs {
            try terminal.writeLine()
            try terminal.writeLine(terminal.appearance.paint(Path.name(job.name), .bold))
            try TokenLines.writeStrip(job)
        }
    }
}
