import OrreryTerminal

/// Shows an answer as it comes: Markdown where the terminal has styles, else text broken between words, and in a file
/// or a pipe the text as it is.
struct AnswerDisplay {
    private enum Form {
        case markdown(MarkdownStream)
        case wrapped(WordWrap)
        case plain
    }

    private var form: Form
    private let out: Terminal
    /// Whether what was shown last is the model's reasoning.
    private var isReasoning = false

    /// - Parameter isMarkdown: whether the text may be Markdown; a terminal without styles shows it as it is.
    init(_ out: Terminal = .standardOutput, isMarkdown: Bool) {
        self.out = out
        if !out.canRedraw {
            form = .plain
        } else if isMarkdown, out.appearance.colors > .none {
            form = .markdown(MarkdownStream(out.appearance))
        } else {
            form = .wrapped(WordWrap())
        }
    }

    mutating func show(_ part: AnswerPart) throws {
        switch part {
        case .text(let text):
            if isReasoning { try out.write("\n\n") }
            isReasoning = false
            try show(text)
        case .reasoning(let text):
            // What is not the answer is not a result.
            guard out.canRedraw else { return }
            isReasoning = true
            try out.write(out.appearance.paint(safeForTerminal(text, out.appearance), .dim))
        }
    }

    private mutating func show(_ text: String) throws {
        let safe = out.isTerminal ? safeForTerminal(text, out.appearance) : text
        switch form {
        case .plain: try out.write(safe)
        case .wrapped(var wrap):
            try out.write(wrap.add(safe, width: out.width))
            form = .wrapped(wrap)
        case .markdown(var markdown):
            try out.write(markdown.add(safe, width: out.width))
            form = .markdown(markdown)
        }
    }

    /// Shows what waits for the rest of a mark.
    mutating func finish() throws {
        guard case .markdown(var markdown) = form else { return }
        try out.write(markdown.finish(width: out.width))
        form = .markdown(markdown)
    }
}
