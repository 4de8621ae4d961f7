/// The rows of CSV (RFC 4180), or of TSV with the same quotes: a field in quotes may hold delimiters, line breaks, and
/// quotes written twice.
struct DelimitedText {
    private let bytes: [UInt8]
    private let delimiter: UInt8
    private let file: String
    private var position: Int
    private var line = 1
    /// The line on which the last row began, from 1.
    private(set) var lineOfRow = 1

    init(_ bytes: [UInt8], delimiter: UInt8, file: String) {
        (self.bytes, self.delimiter, self.file) = (bytes, delimiter, file)
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0  // a byte order mark, as spreadsheets write it
    }

    private static let quote = UInt8(ascii: "\""), lineFeed = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")

    /// The fields of the next row; nil at the end. Empty lines are no rows.
    ///
    /// - Throws: `TrainingError` naming the line of a quote that is never closed.
    mutating func nextRow() throws -> [String]? {
        while let length = lineBreak(at: position) { (position, line) = (position + length, line + 1) }
        guard position < bytes.count else { return nil }
        lineOfRow = line
        var row: [String] = []
        while true {
            row.append(try nextField())
            if position < bytes.count, bytes[position] == delimiter {
                position += 1
                continue
            }
            if let length = lineBreak(at: position) { (position, line) = (position + length, line + 1) }
            return row
        }
    }

    /// The field that starts here; afterwards a delimiter, a line break or the end is next.
    private mutating func nextField() throws -> String {
        var field: [UInt8] = []
        if position < bytes.count, bytes[position] == Self.quote { try readQuoted(into: &field) }
        // What follows a closing quote belongs to the field, as Python's csv has it.
        let start = position
        while position < bytes.count, bytes[position] != delimiter, lineBreak(at: position) == nil { position += 1 }
        field += bytes[start ..< position]
        return String(decoding: field, as: UTF8.self)
    }

    private mutating func readQuoted(into field: inout [UInt8]) throws {
        let opened = line
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == Self.lineFeed { line += 1 }
            guard byte == Self.quote else {
                field.append(byte)
                continue
            }
            guard position < bytes.count, bytes[position] == Self.quote else { return }
            field.append(Self.quote)
            position += 1
        }
        throw TrainingError.data(
            file, "line \(opened): a quote opens a field and is never closed; write a quote inside of a field twice")
    }

    /// The bytes of the line break here, if there is one.
    private func lineBreak(at position: Int) -> Int? {
        guard position < bytes.count else { return nil }
        if bytes[position] == Self.lineFeed { return 1 }
        guard bytes[position] == Self.carriageReturn else { return nil }
        return position + 1 < bytes.count && bytes[position + 1] == Self.lineFeed ? 2 : 1
    }
}
