import OrreryGeneration
import OrreryTerminal

// Step 3: what the layers do with the vectors.
extension ExplanationPage {
    private static let maximumLayers = 12
    private static let maximumCells = 32

    var layers: [String] {
        let shown = shownLayers
        return [
            paragraph(
                "In each layer attention lets every piece look back at those before it, in \(count(explanation.shape.heads, "head")) that each ask their own "
                    + "question; then a feed-forward network works on every piece alone. Both add to the vector, so nothing is lost on the way. Read "
                    + "after each layer as if it were the last, the final piece's vector shows the prediction take shape:"),
            layerTable(shown).render(width: width, appearance: appearance),
            shown.count < explanation.layers.count ? note("\(shown.count) of \(explanation.layers.count) layers, evenly spaced") : "",
            paragraph(conclusion),
            explanation.pieces.count > 2
                ? paragraph(
                    "The weights of one piece's looks sum to 1. Shown are the looks furthest above an even spread, of each layer and of its final piece; those at the "
                        + "piece itself or at the first one, where a head rests that finds nothing, only where a head gives them over half.", style: .dim)
                : paragraph("With fewer than three pieces there is nothing but the first piece and itself to look at.", style: .dim),
        ] + heatMap
    }

    private var shownLayers: [Int] {
        let count = explanation.layers.count
        if count <= Self.maximumLayers { return Array(0 ..< count) }
        return (0 ..< Self.maximumLayers).map { $0 * (count - 1) / (Self.maximumLayers - 1) }
    }

    private func layerTable(_ shown: [Int]) -> Table {
        var table = Table([
            .init("after"), .init("would say", style: .bold), .init("share", .right), .init("head", .right, style: .dim), .init("looks from"), .init("at"),
            .init("weight", .right),
        ])
        let before = explanation.beforeLayers
        table.add("embedding", short(before.piece, to: 12), Human.percent(before.probability))
        let linksPerLayer = explanation.layers.count <= 6 ? 2 : 1
        for index in shown {
            let layer = explanation.layers[index]
            let start = ["layer \(index)", short(layer.reading.piece, to: 12), Human.percent(layer.reading.probability)]
            let looks = strongest(layer, linksPerLayer).map { [String($0.head), place($0.from), place($0.to), weight($0.weight)] } + resting(layer)
            if looks.isEmpty { table.add(start) }
            for (row, look) in looks.enumerated() { table.add((row == 0 ? start : ["", "", ""]) + look) }
        }
        return table
    }

    /// Of each head's strongest link those furthest above an even spread, and the last piece's strongest.
    private func strongest(_ layer: Explanation.Layer, _ limit: Int) -> [Explanation.Link] {
        let links = layer.heads.compactMap(\.strongest).sorted { $0.aboveEven > $1.aboveEven }.prefix(limit)
        guard let last = layer.heads.compactMap(\.fromLast).max(by: { $0.aboveEven < $1.aboveEven }), !links.contains(last) else { return Array(links) }
        return links + [last]
    }

    /// Heads that mostly look at the first piece or at the piece itself, in one row each kind.
    private func resting(_ layer: Explanation.Layer) -> [[String]] {
        guard explanation.pieces.count > 2 else { return [] }
        return [("the first", \Explanation.Head.meanOnFirst), ("itself", \Explanation.Head.meanOnSelf)].compactMap { name, mean in
            let heads = layer.heads.indices.filter { layer.heads[$0][keyPath: mean] > 0.5 }
            guard !heads.isEmpty else { return nil }
            let average = heads.reduce(Float(0)) { $0 + layer.heads[$1][keyPath: mean] } / Float(heads.count)
            let names = heads.count <= 3 ? heads.map(String.init).joined(separator: " ") : "\(heads.count) heads"
            return [names, "each piece", name, weight(average)]
        }
    }

    /// Position and piece: characters repeat, positions do not.
    private func place(_ position: Int) -> String { "\(position) \(short(explanation.pieces[position], to: 12))" }

    private var conclusion: String {
        guard let last = explanation.layers.last else { return "" }
        let winner = last.reading.piece
        let readings = [explanation.beforeLayers] + explanation.layers.map(\.reading)
        let leads = readings.indices.last { readings[$0].piece != winner }.map { $0 + 1 } ?? 0
        let shares = "its share went from \(Human.percent(readings[0].finalProbability)) before the layers to \(Human.percent(last.reading.finalProbability))."
        switch leads {
        case 0: return "The piece that leads in the end, \(quoted(winner)), led before the first layer: \(shares)"
        case readings.count - 1: return "The piece that leads in the end, \(quoted(winner)), takes the lead in the last layer: \(shares)"
        default: return "The piece that leads in the end, \(quoted(winner)), leads from layer \(leads - 1) on: \(shares)"
        }
    }

    private var heatMap: [String] {
        guard let pattern = explanation.pattern else { return [] }
        let total = pattern.weights.count, first = max(0, total - Self.maximumCells)
        let names = explanation.pieces[first...].map { short($0, to: 12) }
        let cells = pattern.weights[first...].map { row in row.dropFirst(first).map(Double.init) }
        return [
            paragraph("Layer \(pattern.layer), head \(pattern.head): each row is a piece, each column one that it looks at.", style: .bold),
            Heat(cells, rowLabels: names, columnLabels: names, range: 0 ... 1).render(width: width, appearance: appearance),
            first > 0 ? note("the last \(total - first) of \(total) pieces") : "",
        ]
    }
}
