/// The head of a GGUF file: magic, version, two counts, the metadata, the tensor directory; then the data, aligned.
///
/// Checked here: everything that the format promises, so that whoever holds a `GGUFTensorInfo` may use its range
/// without looking.
///
/// Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; where that leaves room, ggml's `src/gguf.cpp`.
struct GGUFHeader {
    static let magic: [UInt8] = Array("GGUF".utf8)
    static let alignmentKey = "general.alignment"
    static let defaultAlignment = 32
    static let maximumKeyLength = 65_535
    static let maximumNameLength = 255
    static let maximumRank = 4
    /// Far more than any model has; each takes hundreds of bytes of memory for as few as 13 of the file.
    static let maximumPairs = 65_536

    private(set) var version = 0
    private(set) var alignment = defaultAlignment
    /// In the order of the file.
    private(set) var metadata: [(key: String, value: GGUFValue)] = []
    private(set) var tensors: [GGUFTensorInfo] = []
    /// Where the data begin: at most the file's length, also where there are none.
    private(set) var dataStart = 0

    init(_ bytes: UnsafeRawBufferPointer, of file: MappedFile) throws {
        var reader = GGUFReader(bytes, of: file)
        try readMagic(&reader, bytes)
        try readVersion(&reader)
        // A tensor takes at least a name's length, a rank, a type and an offset; a pair a key's length, a type and a
        // byte.
        let tensorCount = try reader.count("tensors", eachAtLeast: 24)
        let pairStart = reader.position, pairCount = try reader.count("metadata pairs", eachAtLeast: 13)
        guard pairCount <= Self.maximumPairs else {
            throw reader.wrong("at most \(Self.maximumPairs) metadata pairs", found: "\(pairCount)", at: pairStart)
        }
        try readMetadata(&reader, pairCount)
        try readAlignment(file.path)
        let claims = try readDirectory(&reader, tensorCount)
        (tensors, dataStart) = try place(claims, after: reader.position, in: file)
    }

    private func readMagic(_ reader: inout GGUFReader, _ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.starts(with: Self.magic) else {
            let foreign = ForeignFile(bytes)
            let found = bytes.isEmpty ? "an empty file" : foreign?.found ?? "something else"
            throw reader.wrong("\"GGUF\"", found: found, advice: foreign?.advice ?? "this is not a GGUF file")
        }
        _ = try reader.integer(UInt32.self, "the magic")
    }

    private mutating func readVersion(_ reader: inout GGUFReader) throws {
        let start = reader.position
        let number = try reader.integer(UInt32.self, "the version")
        switch number {
        case 2, 3: version = Int(number)
        case 1:
            throw reader.wrong(
                "version 2 or 3", found: "1", advice: "convert it with a tool that still reads version 1", at: start)
        case let number where number & 0xFFFF == 0 && number != 0:
            throw reader.wrong(
                "a little-endian file", found: "a big-endian one", advice: "convert it with gguf_convert_endian.py",
                at: start)
        default: throw reader.wrong("version 2 or 3", found: "\(number)", at: start)
        }
    }

    private mutating func readMetadata(_ reader: inout GGUFReader, _ count: Int) throws {
        var keys = NameSet()
        for _ in 0 ..< count {
            let start = reader.position
            let key = try reader.string("a key")
            guard !key.isEmpty, key.utf8.count <= Self.maximumKeyLength else {
                throw reader.wrong(
                    "a key of 1 to \(Self.maximumKeyLength) bytes", found: "\(key.utf8.count)", at: start)
            }
            guard keys.insert(key) else {
                throw reader.wrong("each key once", found: "\(FileError.quoted(key)) again", at: start)
            }
            let name = FileError.quoted(key)
            metadata.append((key, try reader.value(reader.valueType(name), name)))
        }
    }

    private mutating func readAlignment(_ path: String) throws {
        guard let value = metadata.first(where: { $0.key == Self.alignmentKey })?.value else { return }
        guard case .uint32(let number) = value, number.nonzeroBitCount == 1 else {
            throw FileError.field(
                Self.alignmentKey, of: path, expected: "a uint32 that is a power of two", found: value.description)
        }
        alignment = Int(number)
    }
}
