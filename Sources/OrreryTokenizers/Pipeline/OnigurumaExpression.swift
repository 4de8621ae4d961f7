import Foundation

/// A regular expression in Oniguruma's Ruby syntax, run by Foundation's engine.
///
/// The engine backtracks, so some expressions take exponential time; a search stops with an error after a number of
/// steps that is proportional to the text. Its characters are those of Foundation's Unicode version.
///
/// `@unchecked Sendable`: NSRegularExpression does not change, and is documented to be used from several threads.
struct OnigurumaExpression: @unchecked Sendable {
    private let source: String
    private let expression: NSRegularExpression

    /// The engine reports once in 10,000 steps or so.
    private static let reportsPerText = 2_000
    private static let reportsPerUnit = 1

    /// - Throws: `TokenizerError` naming what is not a regular expression, or has no counterpart in Foundation's
    ///   syntax.
    init(_ regex: String) throws {
        source = regex
        do {
            expression = try NSRegularExpression(
                pattern: regex.isEmpty ? "(?:)" : OnigurumaSyntax.translated(regex), options: [.useUnixLineSeparators])
        } catch let error as TokenizerError {
            throw error
        } catch {
            throw TokenizerError.invalid(
                "the pattern \(TokenizerError.quoted(regex)) is not a regular expression; expected one in Oniguruma's syntax"
            )
        }
    }

    /// The matches in `utf8`, as ranges of bytes.
    ///
    /// - Throws: `TokenizerError` if it takes too long or too much room.
    func matches(in utf8: UnsafeBufferPointer<UInt8>) throws -> [Range<Int>] {
        guard !utf8.isEmpty else { return [] }
        let text = String(decoding: utf8, as: UTF8.self)
        let count = text.utf16.count
        var found: [Range<Int>] = []
        var failed = false
        var reports = 0
        var lastEnd: Int?
        let limit = Self.reportsPerText + Self.reportsPerUnit * count
        expression.enumerateMatches(
            in: text, options: [.reportCompletion, .reportProgress], range: NSRange(location: 0, length: count)
        ) { match, flags, stop in
            if flags.contains(.internalError) { failed = true }
            if let range = match?.range {
                // An empty match right behind another is none.
                if range.length > 0 || lastEnd != range.location {
                    found.append(range.location ..< range.location + range.length)
                    lastEnd = range.location + range.length
                }
            } else if flags.contains(.progress) {
                reports += 1
                if reports > limit {
                    failed = true
                    stop.pointee = true
                }
            }
        }
        guard !failed else {
            throw TokenizerError.invalid(
                "the pattern \(TokenizerError.quoted(source)) takes too long on a text of \(utf8.count) bytes; expected one that backtracks less"
            )
        }
        return count == utf8.count ? found : Self.byteRanges(found, in: utf8)
    }

    /// Turns ascending ranges of UTF-16 units into ranges of bytes.
    private static func byteRanges(_ ranges: [Range<Int>], in utf8: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var (position, units) = (0, 0)
        func byteOffset(_ offset: Int) -> Int {
            while units < offset, position < utf8.count {
                let length = lengthOfCharacter(startingWith: utf8[position])
                units += length == 4 ? 2 : 1
                position += length
            }
            return position
        }
        return ranges.map { range in
            let start = byteOffset(range.lowerBound)
            return start ..< byteOffset(range.upperBound)
        }
    }
}
