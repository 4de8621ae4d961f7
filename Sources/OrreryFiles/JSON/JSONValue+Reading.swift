extension JSONValue {
    /// Reads the one JSON value that `bytes` holds.
    ///
    /// - Parameters:
    ///   - file: where the bytes are from, for errors.
    ///   - maximumDepth: deeper nesting is an error.
    /// - Throws: `FileError` that names the byte.
    package init(
        parsing bytes: UnsafeRawBufferPointer, file: String, dialect: JSONDialect = .strict, maximumDepth: Int = 128
    ) throws {
        var reader = JSONReader(bytes, file: file, maximumDepth: maximumDepth, dialect: dialect)
        self = try reader.value()
        try reader.end()
    }

    /// Reads the one JSON value that `text` holds.
    package init(
        parsing text: String, file: String, dialect: JSONDialect = .strict, maximumDepth: Int = 128
    ) throws {
        var text = text
        self = try text.withUTF8 {
            try JSONValue(
                parsing: UnsafeRawBufferPointer($0), file: file, dialect: dialect, maximumDepth: maximumDepth)
        }
    }

    /// Reads the file at `path`, which may be a pipe.
    package init(contentsOf path: String, dialect: JSONDialect = .strict) throws {
        let bytes = try WholeFile.read(path)
        self = try bytes.withUnsafeBytes { try JSONValue(parsing: $0, file: path, dialect: dialect) }
    }
}

extension JSONReader {
    /// Reads any value whole.
    package mutating func value() throws -> JSONValue {
        switch try peek() {
        case .null:
            try null()
            return .null
        case .bool: return .bool(try bool())
        case .string: return .string(try string())
        case .number:
            switch try number() {
            case .int(let value): return .int(value)
            case .double(let value): return .double(value)
            }
        case .array:
            var elements: [JSONValue] = []
            try array { elements.append(try $0.value()) }
            return .array(elements)
        case .object:
            var members = JSONObject()
            try object { reader, key, offset in
                let value = try reader.value()
                if members.position(of: key) == nil {
                    members.append(key, value)
                } else if reader.dialect != .strict {
                    members[key] = value
                } else {
                    throw FileError.byte(
                        offset, of: reader.file, expected: "each key once", found: "\(FileError.quoted(key)) again")
                }
            }
            return .object(members)
        }
    }
}
