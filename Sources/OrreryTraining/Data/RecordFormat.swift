import OrreryFiles

/// A file of records, one field of which is text; known by its name.
enum RecordFormat: CustomStringConvertible {
    case jsonLines
    /// A list of objects, or lines all the same.
    case json
    case delimited(UInt8)

    init?(path: String) {
        let name = Path.name(path).lowercased()
        guard let dot = name.lastIndex(of: ".") else { return nil }
        switch name[name.index(after: dot)...] {
        case "jsonl", "ndjson": self = .jsonLines
        case "json": self = .json
        case "csv": self = .delimited(UInt8(ascii: ","))
        case "tsv": self = .delimited(UInt8(ascii: "\t"))
        default: return nil
        }
    }

    var description: String {
        switch self {
        case .jsonLines, .json: "JSON"
        case .delimited(let delimiter): delimiter == UInt8(ascii: ",") ? "CSV" : "TSV"
        }
    }

    /// Calls `body` with the text of each record, which is empty where the record has none, and with its place, as
    /// "line 3".
    ///
    /// - Throws: `TrainingError` naming the file, the line and the fields that there are.
    func read(
        _ bytes: [UInt8], _ path: String, field: String, _ body: (_ text: String, _ place: String) throws -> Void
    ) throws {
        switch self {
        case .delimited(let delimiter):
            var table = DelimitedText(bytes, delimiter: delimiter, file: path)
            guard let header = try table.nextRow() else { return }
            guard let column = header.firstIndex(where: { $0.utf8.elementsEqual(field.utf8) }) else {
                throw Self.missing(field, path, header, advice: Self.delimiterAdvice(header, delimiter))
            }
            while let row = try table.nextRow() {
                guard row.count <= header.count else {
                    throw TrainingError.data(
                        path,
                        "line \(table.lineOfRow): \(row.count) fields, and the first line has \(header.count); put fields that hold the delimiter in quotes"
                    )
                }
                try body(column < row.count ? row[column] : "", "line \(table.lineOfRow)")
            }
        case .jsonLines, .json:
            try JSONRecords.read(bytes, path, mayBeList: self == .json) { record, place in
                guard let value = record[field] else {
                    // Some records may lack it, the first must not: that is a name misspelt.
                    if place.isFirst { throw Self.missing(field, path, record.keys) }
                    return try body("", place.description)
                }
                switch value {
                case .string(let text): try body(text, place.description)
                case .null: try body("", place.description)
                default:
                    throw TrainingError.data(
                        path,
                        "\(place.description): field \(FileError.quoted(field)): expected a text, found \(value.kindDescription)"
                    )
                }
            }
        }
    }

    /// The names of the fields, as an error lists them; of the first record.
    func fields(of path: String) throws -> String {
        let bytes = try WholeFile.read(path, limit: 1 << 36)
        var names: [String] = []
        switch self {
        case .delimited(let delimiter):
            var table = DelimitedText(bytes, delimiter: delimiter, file: path)
            names = (try? table.nextRow()) ?? []
        case .jsonLines, .json:
            try? JSONRecords.read(bytes, path, mayBeList: self == .json) { record, _ in
                names = record.keys
                throw Enough()
            }
        }
        return "NAME (\(Self.list(names)))"
    }

    private struct Enough: Error {}

    private static func list(_ names: [String]) -> String {
        names.isEmpty
            ? "no fields were found"
            : "found: \(names.prefix(20).map { FileError.oneLine($0, limit: 40) }.joined(separator: ", "))\(names.count > 20 ? ", …" : "")"
    }

    private static func missing(
        _ field: String, _ path: String, _ names: [String], advice: String? = nil
    ) -> TrainingError {
        .data(
            path,
            "there is no field \(FileError.quoted(field)) (\(list(names)))\(advice.map { "; \($0)" } ?? "")")
    }

    /// What to say of a header of one field that holds another delimiter, as some spreadsheets write it.
    private static func delimiterAdvice(_ header: [String], _ delimiter: UInt8) -> String? {
        guard header.count == 1,
            let other = [(";", "semicolons"), ("\t", "tabs"), ("|", "bars"), (",", "commas")].first(where: {
                $0.0.utf8.first != delimiter && header[0].contains($0.0)
            })
        else { return nil }
        return
            "the fields seem to be separated by \(other.1), where .csv has commas and .tsv has tabs: write the file with those"
    }
}

extension RecordFormat: Equatable {}

/// Objects, one on each line, or in one list.
enum JSONRecords {
    struct Place {
        var isFirst: Bool
        var description: String
    }

    static func read(
        _ bytes: [UInt8], _ path: String, mayBeList: Bool, _ body: (JSONObject, Place) throws -> Void
    ) throws {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0  // a byte order mark
        try bytes.withUnsafeBytes { all in
            let all = UnsafeRawBufferPointer(rebasing: all[start...])
            if mayBeList, let first = all.first(where: { !isSpace($0) }), first == UInt8(ascii: "[") {
                guard case .array(let values) = try JSONValue(parsing: all, file: path, dialect: .python) else {
                    return
                }
                for (index, value) in values.enumerated() {
                    try visit(value, path, "record \(index + 1)", isFirst: index == 0, body)
                }
                return
            }
            var position = 0, line = 0, isFirst = true
            while position < all.count {
                let end = all[position...].firstIndex(of: UInt8(ascii: "\n")) ?? all.count,
                    text = UnsafeRawBufferPointer(rebasing: all[position ..< end])
                position = end + 1
                line += 1
                guard text.contains(where: { !isSpace($0) }) else { continue }
                let value = try JSONValue(parsing: text, file: "\(path): line \(line)", dialect: .python)
                try visit(value, path, "line \(line)", isFirst: isFirst, body)
                isFirst = false
            }
        }
    }

    private static func visit(
        _ value: JSONValue, _ path: String, _ place: String, isFirst: Bool, _ body: (JSONObject, Place) throws -> Void
    ) throws {
        guard case .object(let record) = value else {
            throw TrainingError.data(path, "\(place): expected an object with fields, found \(value.kindDescription)")
        }
        try body(record, Place(isFirst: isFirst, description: place))
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
