import Foundation
import OrreryTerminal
import OrreryTokenizers

/// Tokens on standard output, as they come.
enum TokenLines {
    /// Ids separated by spaces, on one line.
    static func writeIDs(_ job: TokenizeJob) throws {
        var isFirst = true
        try job.forEachPart { encoding in
            var line: [UInt8] = []
            line.reserveCapacity(encoding.ids.count * 6)
            for id in encoding.ids {
                if !isFirst { line.append(UInt8(ascii: " ")) }
                isFirst = false
                line.append(contentsOf: String(id).utf8)
            }
            try write(line)
        }
        try write(Array("\n".utf8))
    }

    /// A token a line: its place, its id, where it stands in the text, and its piece.
    static func writePieces(_ job: TokenizeJob) throws {
        let appearance = Terminal.standardOutput.appearance
        var place = 0
        try job.forEachPart(recordsByteRanges: true) { encoding in
            var lines = ""
            for index in encoding.ids.indices {
                let range = encoding.byteRanges[index]
                let columns = ["\(place)", "\(encoding.ids[index])", "\(range.lowerBound)..<\(range.upperBound)"]
                lines +=
                    columns.joined(separator: "\t") + "\t"
                    + TokenText.visible(job.piece(encoding, at: index), isUnicode: appearance.isUnicode) + "\n"
                place += 1
            }
            try write(Array(lines.utf8))
        }
    }

    /// The pieces in colour, or with `|` between them where there is none.
    static func writeStrip(_ job: TokenizeJob) throws {
        let terminal = Terminal.standardOutput
        try job.forEachPart { encoding in
            // Bounded, so that a large part is not one string.
            for start in stride(from: 0, to: encoding.ids.count, by: 50_000) {
                let pieces = encoding.ids.indices[start ..< min(start + 50_000, encoding.ids.count)].map {
                    job.piece(encoding, at: $0)
                }
                try terminal.writeLine(
                    TokenStrip(pieces).render(width: terminal.width, appearance: terminal.appearance))
            }
        }
    }

    private static func write(_ bytes: [UInt8]) throws { try Terminal.standardOutput.write(bytes) }
}
