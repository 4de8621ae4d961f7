import Foundation

/// Cuts text with a regular expression of the user's: Foundation's engine, for patterns that have no scanner.
///
/// Each match is a word, and so is what lies between two matches, so that nothing of the text is lost (Hugging Face's
/// Split, with the behaviour Isolated; tiktoken would drop it). The engine's characters are those of Foundation's
/// Unicode version, not of `UnicodeCategory.unicodeVersion`.
///
/// `@unchecked Sendable`: NSRegularExpression does not change, and is documented to be used from several threads.
struct RegexSplitter: @unchecked Sendable {
    private let expression: NSRegularExpression

    /// - Throws: `TokenizerError` if the pattern is not a regular expression.
    init(_ pattern: String) throws {
        do {
            expression = try NSRegularExpression(pattern: Self.translated(pattern), options: [.useUnixLineSeparators])
        } catch {
            throw TokenizerError.invalid(
                "the pattern \(TokenizerError.quoted(pattern)) is not a regular expression; expected one that ICU accepts"
            )
        }
    }

    /// The ends of the words of `utf8`, ascending; the last is its end.
    ///
    /// - Throws: `TokenizerError` if the engine gives up, which it does when it runs out of room to backtrack.
    func wordEnds(of utf8: UnsafeBufferPointer<UInt8>) throws -> [Int] {
        // Ill-formed parts become U+FFFD, one each, as everywhere here one character without a class.
        let text = String(decoding: utf8, as: UTF8.self)
        let whole = NSRange(location: 0, length: text.utf16.count)
        var cuts: [Int] = []
        var failed = false
        expression.enumerateMatches(in: text, options: [.reportCompletion], range: whole) { match, flags, _ in
            if flags.contains(.internalError) { failed = true }
            guard let range = match?.range, range.length > 0 else { return }
            if range.location > (cuts.last ?? 0) { cuts.append(range.location) }
            cuts.append(range.location + range.length)
        }
        if failed {
            throw TokenizerError.invalid(
                "the pattern needs too much room on this text; expected one that backtracks less")
        }
        if (cuts.last ?? 0) < whole.length { cuts.append(whole.length) }
        return Self.byteOffsets(ofUTF16: cuts, in: utf8)
    }

    /// Turns ascending offsets in UTF-16 units into offsets in bytes.
    private static func byteOffsets(ofUTF16 cuts: [Int], in utf8: UnsafeBufferPointer<UInt8>) -> [Int] {
        var offsets: [Int] = []
        offsets.reserveCapacity(cuts.count)
        var (position, units) = (0, 0)
        for cut in cuts {
            while units < cut, position < utf8.count {
                switch UTF8Step(utf8, at: position) {
                case .scalar(let scalar, let length):
                    position += length
                    units += scalar.value > 0xFFFF ? 2 : 1
                case .incomplete:
                    position = utf8.count
                    units += 1
                case .invalid(let length):
                    position += length
                    units += 1
                }
            }
            if position > (offsets.last ?? 0) { offsets.append(position) }
        }
        return offsets
    }

    /// The pattern as ICU has to see it to mean what it means in Rust's engines and in Oniguruma: there `\s` is the
    /// property White_Space, of which ICU's lacks \v and U+0085, and `$` is the very end of the text, where ICU's also
    /// stands before a last line break.
    static func translated(_ pattern: String) -> String {
        var result = ""
        var isEscaped = false
        var depth = 0
        for scalar in pattern.unicodeScalars {
            var piece = String(scalar)
            if isEscaped {
                piece = scalar == "s" ? "\\p{White_Space}" : scalar == "S" ? "\\P{White_Space}" : "\\" + piece
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
                continue
            } else if scalar == "[" {
                depth += 1
            } else if scalar == "]" {
                depth = max(0, depth - 1)
            } else if scalar == "$", depth == 0 {
                piece = "\\z"
            }
            result += piece
        }
        return isEscaped ? result + "\\" : result
    }
}

/// Words whose ends are known, as a scanner. It holds its place in the list: words are asked for in order.
final class ListedEnds: WordScanner {
    private let ends: [Int]
    private var next = 0

    init(_ ends: [Int]) { self.ends = ends }

    func endOfWord(in text: ScannedText, from start: Int) -> Int {
        while ends[next] <= start { next += 1 }
        return ends[next]
    }

    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64 { 1 }
}
