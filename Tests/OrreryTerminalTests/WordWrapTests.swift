import OrreryTerminal
import Testing

/// Text that comes in pieces is broken between words.
@Suite struct WordWrapTests {
    /// What stands on the screen after the output, of so many columns.
    private func screen(_ output: String, width: Int) -> [String] {
        var lines = [""], column = 0, rest = Substring(output)
        while let character = rest.popFirst() {
            if character == "\u{1B}" {
                let sequence = rest.prefix { !$0.isLetter }
                rest = rest.dropFirst(sequence.count)
                switch rest.popFirst() {
                case "D": column -= Int(sequence.dropFirst())!
                case "K": lines[lines.count - 1] = String(lines.last!.prefix(column))
                default: Issue.record("\(sequence)")
                }
            } else if character == "\n" {
                lines.append("")
                column = 0
            } else {
                if column >= width {
                    lines.append("")
                    column = 0
                }
                lines[lines.count - 1].append(character)
                column += 1
            }
        }
        return lines
    }

    private func shown(_ pieces: [String], width: Int) -> [String] {
        var wrap = WordWrap()
        return screen(pieces.map { wrap.add($0, width: width) }.joined(), width: width)
    }

    @Test func wordsStayWhole() {
        #expect(
            shown(["The pla", "net turns slo", "wly around", " the sun."], width: 20) == [
                "The planet turns ", "slowly around the ", "sun.",
            ])
        #expect(shown(["one\ntwo three"], width: 9) == ["one", "two ", "three"])
    }

    /// However the text is cut, it looks the same, and nothing of it is lost.
    @Test func piecesDoNotMatter() {
        let text =
            "In the beginning there was a wheel of brass, extraordinarily-long-word-that-fits-nowhere and  two spaces.\n\nAnother paragraph follows here."
        for width in 4 ... 60 {
            let whole = shown([text], width: width)
            #expect(shown(text.map(String.init), width: width) == whole, "\(width)")
            #expect(whole.joined().filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace })
            #expect(whole.allSatisfy { $0.count < width }, "\(whole)")
        }
    }

    @Test func codeIsLeftAlone() {
        let code = "let answer = compute(everything, at: once)"
        var wrap = WordWrap()
        let text = "See:\n```swift\n\(code)\n```\nand so on it goes"
        let output = wrap.add(text, width: 12)
        #expect(output.contains("```swift\n\(code)\n```\n"))
        // The text behind it is broken again.
        #expect(screen(output, width: 100).suffix(2) == ["and so on ", "it goes"])
    }
}
