import OrreryGeneration
import OrreryTerminal

/// An explanation as a page for the terminal: a function of its numbers, a width and what the terminal can show.
package struct ExplanationPage {
    let explanation: Explanation
    let width: Int
    let appearance: Appearance

    package init(_ explanation: Explanation, width: Int, appearance: Appearance) {
        (self.explanation, self.width, self.appearance) = (explanation, max(20, width), appearance)
    }

    /// The six steps under a title.
    package func render() -> String {
        ([title] + Step.allCases.map(render)).joined(separator: "\n\n")
    }

    package enum Step: Int, CaseIterable, Sendable {
        case pieces = 1, embeddings, layers, distribution, choice, loop

        var title: String {
            switch self {
            case .pieces: "Tokens"
            case .embeddings: "Embeddings"
            case .layers: "Layers"
            case .distribution: "Scores"
            case .choice: "Choice"
            case .loop: "Loop"
            }
        }
    }

    /// One step with its heading; blank lines between its parts.
    package func render(_ step: Step) -> String {
        let parts =
            switch step {
            case .pieces: pieces
            case .embeddings: embeddings
            case .layers: layers
            case .distribution: distribution
            case .choice: choice
            case .loop: loop
            }
        return ([heading(step)] + parts.filter { !$0.isEmpty }).joined(separator: "\n\n")
    }

    private var title: String {
        let shape = explanation.shape
        return paragraph(
            "\(explanation.model): \(Human.count(explanation.parameters)) parameters; \(count(shape.layers, "layer")) of \(count(shape.heads, "head")), "
                + "width \(Human.exact(shape.width)); vocabulary \(Human.count(shape.vocabularySize)), context \(Human.number(shape.contextLength, "token"))."
        )
    }

    private func heading(_ step: Step) -> String {
        let rule = String(repeating: appearance.isUnicode ? "─" : "-", count: max(0, width - step.title.count - 4))
        return appearance.paint("\(step.rawValue)", .heading) + "  " + appearance.paint(step.title, .bold) + " "
            + appearance.paint(rule, .dim)
    }
}

// MARK: - What the steps are written with

extension Style {
    static let heading = Style(.cyan, isBold: true)
    static let chosen = Style(.green, isBold: true)
}

extension ExplanationPage {
    /// Words wrapped at the width, or at 80 columns where the terminal is wider: longer lines are hard to follow.
    func paragraph(_ text: String, indent: Int = 0, style: Style = .plain) -> String {
        let room = max(10, min(width, 80) - indent), margin = String(repeating: " ", count: indent)
        return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            wrapped(String(line), room)
        }
        .map { $0.isEmpty ? "" : margin + appearance.paint($0, style) }.joined(separator: "\n")
    }

    private func wrapped(_ text: String, _ room: Int) -> [String] {
        var lines: [String] = [], line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            var word = String(word)
            if !line.isEmpty, TextLayout.width(of: line) + 1 + TextLayout.width(of: word) > room {
                lines.append(line)
                line = ""
            }
            // A word longer than a line is cut.
            while TextLayout.width(of: word) > room {
                let part = TextLayout.truncated(word, to: room, ellipsis: "")
                lines.append(part)
                word.removeFirst(max(1, part.count))
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }

    /// What was left out, and where it is.
    func note(_ text: String) -> String { paragraph("(\(text); --json has all)", style: .dim) }

    /// The token with its blanks visible; its id where it stands for no bytes.
    func label(_ piece: Explanation.Piece) -> String {
        piece.bytes.isEmpty ? "<\(piece.id)>" : TokenText.visible(piece.bytes, isUnicode: appearance.isUnicode)
    }

    func label(_ candidate: SampleExplanation.Candidate) -> String {
        label(Explanation.Piece(id: candidate.token, bytes: explanation.candidateBytes[candidate.token] ?? []))
    }

    /// A label short enough for a sentence or a cell.
    func short(_ piece: Explanation.Piece, to width: Int = 16) -> String {
        TextLayout.truncated(label(piece), to: width, ellipsis: appearance.isUnicode ? "…" : "~")
    }

    /// A token in a sentence.
    func quoted(_ piece: Explanation.Piece) -> String { "\"\(short(piece))\"" }

    func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// `0.41`, from 0 to 1.
    func weight(_ value: Float) -> String { Human.fixed(Double(value), decimals: 2) }
}
