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
                "In each layer attention lets every token look back at those before it, in \(count(explanation.shape.heads, "head")) that each ask their own "
                    + "question; then a feed-forward network works on every token alone. Both add to the vector, so nothing is lost on the way. Read "
                    + "after each layer as if it were the last, the last token's vector shows the prediction take shape:"
            ),
            layerTable(shown).render(width: width, appearance: appearance),
            shown.count < explanation.layers.count
                ? note("\(shown.count) of \(explanation.layers.count) layers, evenly spaced") : "",
            paragraph(conclusion),
            explanation.pieces.count > 2
                ? paragraph(
                    "The attention weights of one token sum to 1. Shown are those furthest above an even spread, in each layer and from the last token; attention to "
                        + "the token itself, or to the first one, where a head rests that finds nothing, is shown only where it is over half.",
                    style: .dim)
                : paragraph(
                    "With fewer than three tokens there is nothing but the first token and itself to attend to.",
                    style: .dim),
        ] + heatMap
    }

    private var shownLayers: [Int] {
        let count = explanation.layers.count
        if count <= Self.maximumLayers { return Array(0 ..< count) }
        return (0 ..< Self.maximumLayers).map { $0 * (count - 1) / (Self.maximumLayers - 1) }
    }

    private func layerTable(_ shown: [Int]) -> Table {
        // On a narrow terminal the words are shorter and the weights are left out, so that no number is cut.
        let columns: [Table.Column] = [
            .init(isNarrow ? "layer" : "after"), .init("predicts", style: .bold), .init("share", .right),
            .init("head", .right, style: .dim),
            .init(isNarrow ? "of" : "attention of"), .init("to"), .init("weight", .right),
        ]
        var table = Table(isNarrow ? columns.dropLast() : columns)
        let before = explanation.beforeLayers
        table.add(isNarrow ? "before" : "embedding", short(before.piece, to: 12), Human.percent(before.probability))
        let linksPerLayer = explanation.layers.count <= 6 ? 2 : 1
        for index in shown {
            let layer = explanation.layers[index]
            let start = [
                isNarrow ? "\(index)" : "layer \(index)", short(layer.reading.piece, to: 12),
                Human.percent(layer.reading.probability),
            ]
            let links =
                strongest(layer, linksPerLayer).map {
                    [String($0.head), place($0.from), place($0.to), weight($0.weight)]
                } + resting(layer)
            if links.isEmpty { table.add(start) }
            for (row, link) in links.enumerated() {
                table.add((row == 0 ? start : ["", "", ""]) + (isNarrow ? link.dropLast() : link))
            }
        }
        return table
    }

    private var isNarrow: Bool { width < 72 }

    /// Of each head's strongest link those furthest above an even spread, and the last token's strongest.
    private func strongest(_ layer: Explanation.Layer, _ limit: Int) -> [Explanation.Link] {
        let links = layer.heads.compactMap(\.strongest).sorted { $0.aboveEven > $1.aboveEven }.prefix(limit)
        guard let last = layer.heads.compactMap(\.fromLast).max(by: { $0.aboveEven < $1.aboveEven }),
            !links.contains(last)
        else { return Array(links) }
        return links + [last]
    }

    /// Heads that mostly attend to the first token or to the token itself, in one row each kind.
    private func resting(_ layer: Explanation.Layer) -> [[String]] {
        guard explanation.pieces.count > 2 else { return [] }
        return [("the first", \Explanation.Head.meanOnFirst), ("itself", \Explanation.Head.meanOnSelf)].compactMap {
            name, mean in
            let heads = layer.heads.indices.filter { layer.heads[$0][keyPath: mean] > 0.5 }
            guard !heads.isEmpty else { return nil }
            let average = heads.reduce(Float(0)) { $0 + layer.heads[$1][keyPath: mean] } / Float(heads.count)
            let names =
                heads.count <= 3
                ? heads.map(String.init).joined(separator: " ") : isNarrow ? "\(heads.count)x" : "\(heads.count) heads"
            return [
                names, isNarrow ? "each" : "each token", isNarrow && name == "the first" ? "first" : name,
                weight(average),
            ]
        }
    }

    /// Position and token: characters repeat, positions do not.
    private func place(_ position: Int) -> String { "\(position) \(short(explanation.pieces[position], to: 12))" }

    private var conclusion: String {
        guard let last = explanation.layers.last else { return "" }
        let winner = last.reading.piece
        let readings = [explanation.beforeLayers] + explanation.layers.map(\.reading)
        let leads = readings.indices.last { readings[$0].piece != winner }.map { $0 + 1 } ?? 0
        let shares =
            "its share went from \(Human.percent(readings[0].finalProbability)) before the layers to \(Human.percent(last.reading.finalProbability))."
        switch leads {
        case 0: return "The token that leads in the end, \(quoted(winner)), led before the first layer: \(shares)"
        case readings.count - 1:
            return "The token that leads in the end, \(quoted(winner)), takes the lead in the last layer: \(shares)"
        default:
            return "The token that leads in the end, \(quoted(winner)), leads from layer \(leads - 1) on: \(shares)"
        }
    }

    private var heatMap: [String] {
        guard let pattern = explanation.pattern else { return [] }
        let total = pattern.weights.count, first = max(0, total - Self.maximumCells)
        let names = explanation.pieces[first...].map { short($0, to: 12) }
        let cells = pattern.weights[first...].map { row in row.dropFirst(first).map(Double.init) }
        return [
            paragraph(
                "Layer \(pattern.layer), head \(pattern.head): each row is a token, each column one that it attends to.",
                style: .bold),
            Heat(cells, rowLabels: names, columnLabels: names, range: 0 ... brightest(pattern.weights, from: first))
                .render(width: width, appearance: appearance),
            sinkNote(pattern.weights),
            first > 0 ? note("the last \(total - first) of \(total) tokens") : "",
        ]
    }

    /// The strongest weight that is drawn and not on the first token: many heads rest there, and would leave all else
    /// dark.
    private func brightest(_ weights: [[Float]], from first: Int) -> Double {
        let largest = weights.dropFirst(max(1, first)).compactMap { $0.dropFirst(max(1, first)).max() }.max() ?? 0
        return largest > 0 ? Double(largest) : 1
    }

    /// Says that the first column is brighter than the scale, where it is.
    private func sinkNote(_ weights: [[Float]]) -> String {
        let onFirst = weights.dropFirst().map { $0[0] }.max() ?? 0
        guard Double(onFirst) > brightest(weights, from: 0) else { return "" }
        return paragraph(
            "The scale ends at the strongest weight that is not on the first token; that one gets up to \(weight(onFirst)).",
            style: .dim)
    }
}
