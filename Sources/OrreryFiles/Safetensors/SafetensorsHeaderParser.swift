/// Reads the JSON text of a header, one member at a time: what a hostile header takes in memory is bounded by its
/// length.
struct SafetensorsHeaderParser {
    let path: String
    let dataStart: Int
    let dataCount: Int
    private(set) var metadata = NameTable<String>()
    private var found: [TensorEntry] = []
    /// Where in `found` each tensor is.
    private var places = NameTable<Int>()
    private var hasMetadata = false

    init(path: String, dataStart: Int, dataCount: Int) {
        (self.path, self.dataStart, self.dataCount) = (path, dataStart, dataCount)
    }

    /// In the order of the text.
    var entries: [TensorEntry] { found }

    mutating func parse(_ reader: inout JSONReader) throws {
        try reader.object("'{' to open the header") { reader, name, offset in
            if name.utf8.elementsEqual(SafetensorsHeader.metadataKey.utf8) {
                guard !hasMetadata else {
                    throw FileError.byte(offset, of: path, expected: "\(name) once", found: "it again")
                }
                hasMetadata = true
                try readMetadata(&reader)
            } else {
                add(try readEntry(&reader, name))
            }
        }
        try reader.end()
    }

    /// Of a name that is there twice the last entry counts.
    private mutating func add(_ entry: TensorEntry) {
        if let place = places[entry.name] {
            found[place] = entry
        } else {
            places[entry.name] = found.count
            found.append(entry)
        }
    }

    private mutating func readMetadata(_ reader: inout JSONReader) throws {
        if try reader.peek() == .null { return try reader.null() }
        try reader.object { reader, key, _ in
            metadata[key] = try reader.string("a string: the metadata hold nothing else")
        }
    }

    /// An object with three known fields, next to which others may stand, or an array of the three.
    private func readEntry(_ reader: inout JSONReader, _ name: String) throws -> TensorEntry {
        var dtype: SafetensorsDType?
        var shape: [Int]?
        var offsets: [Int]?
        if try reader.peek() == .array {
            var place = 0
            try reader.array { reader in
                switch place {
                case 0: dtype = try readDType(&reader, name)
                case 1: shape = try readCounts(&reader, name, "a dimension")
                case 2: offsets = try readCounts(&reader, name, "an offset", atMost: 2)
                default:
                    throw FileError.tensor(
                        name, of: path, expected: "dtype, shape and data_offsets", found: "a fourth value")
                }
                place += 1
            }
        } else {
            try reader.object { reader, key, offset in
                switch key {
                case "dtype" where dtype == nil: dtype = try readDType(&reader, name)
                case "shape" where shape == nil: shape = try readCounts(&reader, name, "a dimension")
                case "data_offsets" where offsets == nil:
                    offsets = try readCounts(&reader, name, "an offset", atMost: 2)
                case "dtype", "shape", "data_offsets":
                    throw FileError.byte(
                        offset, of: path,
                        expected: "dtype, shape and data_offsets of \(FileError.quoted(name)), each once",
                        found: FileError.quoted(key))
                default: try reader.skip()
                }
            }
        }
        guard let dtype, let shape, let offsets, offsets.count == 2 else {
            throw FileError.tensor(name, of: path, expected: "dtype, shape and two data_offsets")
        }
        return try checked(name, dtype, shape, offsets[0], offsets[1])
    }

    private func readDType(_ reader: inout JSONReader, _ name: String) throws -> SafetensorsDType {
        let text = try reader.string("the name of a dtype")
        if let dtype = SafetensorsDType(rawValue: text) { return dtype }
        let known = SafetensorsDType.allCases.map(\.rawValue).joined(separator: " ")
        throw FileError.tensor(name, of: path, expected: "a dtype of \(known)", found: FileError.quoted(text))
    }

    private func readCounts(
        _ reader: inout JSONReader, _ name: String, _ what: String, atMost limit: Int = .max
    ) throws -> [Int] {
        var counts: [Int] = []
        try reader.array { reader in
            counts.append(try reader.count(what))
            guard counts.count <= limit else {
                throw FileError.tensor(
                    name, of: path, expected: "at most \(limit) numbers, each \(what)", found: "more")
            }
        }
        return counts
    }

    private func checked(
        _ name: String, _ dtype: SafetensorsDType, _ shape: [Int], _ start: Int, _ end: Int
    ) throws -> TensorEntry {
        guard start <= end, end <= dataCount else {
            throw FileError.tensor(
                name, of: path, expected: "data_offsets in order and inside the \(dataCount) bytes of data",
                found: "[\(start), \(end)]", advice: end > dataCount ? "the file is cut off: download it again" : nil)
        }
        guard let count = dtype.byteCount(shape: shape), count == end - start else {
            let needed =
                dtype.byteCount(shape: shape).map { "\($0) bytes" } ?? "whole bytes, fewer than can be counted,"
            throw FileError.tensor(
                name, of: path, expected: "\(needed) for \(dtype.rawValue) \(shape)", found: "\(end - start)")
        }
        // Both sums are within the file, whose length is an Int.
        return TensorEntry(name: name, dtype: dtype, shape: shape, byteRange: dataStart + start ..< dataStart + end)
    }
}
