import OrreryGeneration
import OrreryTerminal

// Steps 1 and 2: from text to vectors.
extension ExplanationPage {
    private static let maximumPieces = 160
    private static let maximumVectors = 10

    var pieces: [String] {
        let all = explanation.pieces, shown = all.prefix(Self.maximumPieces)
        let bytes = explanation.prompt.utf8.count
        let cut =
            bytes == 0
            ? "The prompt is empty, so the text starts after this token alone."
            : "The tokenizer cut these \(count(bytes, "byte")) into \(count(all.count, "token"))"
                + (all.count > 1 ? ", \(Human.fixed(Double(bytes) / Double(all.count), decimals: 1)) bytes each." : ".")
        return [
            paragraph("A model calculates, so the text becomes numbers first. \(cut) Blanks count too: \(marks)."),
            TokenStrip(shown.map { $0.bytes.isEmpty ? Array("<\($0.id)>".utf8) : $0.bytes }).render(
                width: min(width, 80), appearance: appearance),
            paragraph(
                "[" + shown.map { String($0.id) }.joined(separator: ", ") + (shown.count < all.count ? ", ...]" : "]")),
            shown.count < all.count
                ? note("the first \(Human.exact(shown.count)) of \(count(all.count, "token"))") : "",
            paragraph(
                "This list is all that the model sees of the text. The numbers mean nothing by themselves: each is a row of a table."
            ),
        ]
    }

    private var marks: String {
        appearance.isUnicode
            ? "\"·\" is a space, \"⏎\" the end of a line" : "\"_\" is a space, \"\\n\" the end of a line"
    }

    var embeddings: [String] {
        let all = explanation.vectors, shown = all.prefix(Self.maximumVectors)
        var table = Table([
            .init("token", style: .bold), .init("id", .right, style: .dim), .init("norm", .right),
            .init("nearest tokens by cosine"),
        ])
        for vector in shown {
            let nearest = vector.nearest.map { short($0.piece, to: 12) + " " + weight($0.cosine) }.joined(
                separator: "   ")
            table.add(
                short(vector.piece), String(vector.piece.id), Human.fixed(Double(vector.norm), decimals: 2), nearest)
        }
        let order =
            switch explanation.positions {
            case .added:
                "A vector for its position is added to each, because attention by itself cannot tell first from last."
            case .rotary:
                "Nothing in them says where a token stands. That comes in inside attention, which turns queries and keys by an angle that grows with the position."
            case .other: "Nothing in them says where a token stands."
            }
        return [
            paragraph(
                "The table gives each token a vector of \(explanation.shape.width) numbers, learned in training. Tokens used in similar ways come to point "
                    + "in similar directions: cosine 1 is the same direction, 0 is unrelated."),
            table.render(width: width, appearance: appearance),
            shown.count < all.count ? note("the first \(shown.count) of \(all.count) different tokens") : "",
            paragraph(order),
        ]
    }
}
