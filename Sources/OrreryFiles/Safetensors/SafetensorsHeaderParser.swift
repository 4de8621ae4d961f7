/// Reads the JSON text of a header, one member at a time: what a hostile header takes in memory is bounded by its length.
struct SafetensorsHeaderParser {
    let path: String
    let dataStart: Int
    let dataCount: Int
    private(set) var entries: [TensorEntry] = []
    private(set) var metadata: [String: String] = [:]
    private var names: Set<String> = []

    init(path: String, dataStart: Int, dataCount: Int) {
        (self.path, self.dataStart, self.dataCount) = (path, dataStart, dataCount)
    }

    mutating func parse(_ reader: inout JSONReader) throws {
        try reader.object { reader, name, offset in
            // Swift compares by canonical equivalence, so this also refuses two names that only look alike.
            guard names.insert(name).inserted else {
                throw FileError.byte(offset, of: path, expected: "each name once", found: "\(FileError.quoted(name)) again")
            }
            if name == SafetensorsHeader.metadataKey {
                try readMetadata(&reader)
            } else {
                entries.append(try readEntry(&reader, name))
            }
        }
        try reader.end()
    }

    private mutating func readMetadata(_ reader: inout JSONReader) throws {
        try reader.object { reader, key, offset in
            let text = try reader.string("a string: the metadata hold nothing else")
            guard metadata.updateValue(text, forKey: key) == nil else {
                throw FileError.byte(offset, of: path, expected: "each key once", found: "\(FileError.quoted(key)) again")
            }
        }
    }

    private func readEntry(_ reader: inout JSONReader, _ name: String) throws -> TensorEntry {
        var dtype: SafetensorsDType?
        var shape: [Int]?
        var offsets: [Int]?
        try reader.object { reader, key, offset in
            switch key {
            case "dtype" where dtype == nil: dtype = try readDType(&reader, name)
            case "shape" where shape == nil:
                shape = try readCounts(&reader, name, "a dimension", atMost: SafetensorsHeader.maximumRank)
            case "data_offsets" where offsets == nil: offsets = try readCounts(&reader, name, "an offset", atMost: 2)
            default:
                throw FileError.byte(
                    offset, of: path, expected: "dtype, shape and data_offsets of \(FileError.quoted(name)), each once",
                    found: FileError.quoted(key))
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

    private func readCounts(_ reader: inout JSONReader, _ name: String, _ what: String, atMost limit: Int) throws -> [Int] {
        var counts: [Int] = []
        try reader.array { reader in
            counts.append(try reader.count(what))
            guard counts.count <= limit else {
                throw FileError.tensor(name, of: path, expected: "at most \(limit) numbers, each \(what)", found: "more")
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
            let needed = dtype.byteCount(shape: shape).map { "\($0) bytes" } ?? "more bytes than can be counted"
            throw FileError.tensor(
                name, of: path, expected: "\(needed) for \(dtype.rawValue) \(shape)", found: "\(end - start)")
        }
        // Both sums are within the file, whose length is an Int.
        return TensorEntry(name: name, dtype: dtype, shape: shape, byteRange: dataStart + start..<dataStart + end)
    }
}
