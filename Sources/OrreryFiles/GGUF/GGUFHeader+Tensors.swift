extension GGUFHeader {
    /// A tensor as the directory describes it, before its place in the file is checked.
    struct Claim {
        let name: String
        let type: GGUFTensorType
        let shape: [Int]
        let byteCount: Int
        /// From the start of the data.
        let offset: UInt64
    }

    func readDirectory(_ reader: inout GGUFReader, _ count: Int) throws -> [Claim] {
        var claims: [Claim] = []
        var names = NameSet()
        for _ in 0 ..< count {
            let start = reader.position
            let name = try reader.string("a tensor's name")
            guard name.utf8.count <= Self.maximumNameLength else {
                throw reader.wrong(
                    "a tensor's name of at most \(Self.maximumNameLength) bytes", found: "\(name.utf8.count)", at: start
                )
            }
            guard names.insert(name) else {
                throw reader.wrong("each tensor's name once", found: "\(FileError.quoted(name)) again", at: start)
            }
            claims.append(try readClaim(&reader, name))
        }
        return claims
    }

    private func readClaim(_ reader: inout GGUFReader, _ name: String) throws -> Claim {
        let quoted = "tensor \(FileError.quoted(name))"
        var start = reader.position
        let rank = try reader.integer(UInt32.self, "the rank of \(quoted)")
        guard rank <= Self.maximumRank else {
            throw reader.wrong("at most \(Self.maximumRank) dimensions of \(quoted)", found: "\(rank)", at: start)
        }
        var shape: [Int] = []
        for _ in 0 ..< rank {
            start = reader.position
            let dimension = try reader.integer(UInt64.self, "a dimension of \(quoted)")
            guard let dimension = Int(exactly: dimension) else {
                throw reader.wrong("a dimension of \(quoted) of at most \(Int.max)", found: "\(dimension)", at: start)
            }
            shape.insert(dimension, at: 0)  // the file has the innermost first
        }
        start = reader.position
        let number = try reader.integer(UInt32.self, "the type of \(quoted)")
        guard let type = GGUFTensorType(rawValue: number) else {
            throw reader.wrong("a tensor type of ggml's for \(quoted)", found: "\(number)", at: start)
        }
        guard let byteCount = type.byteCount(shape: shape) else {
            throw reader.wrong(
                "a shape of \(quoted) that can be counted, with rows of whole \(type) blocks (\(type.elementsPerBlock))",
                found: "\(shape)", at: start)
        }
        let offset = try reader.integer(UInt64.self, "the offset of \(quoted)")
        return Claim(name: name, type: type, shape: shape, byteCount: byteCount, offset: offset)
    }

    /// Gives each tensor its bytes in the file: aligned, inside, and no byte to two tensors.
    ///
    /// - Parameter headEnd: the end of the directory; the data start at the next aligned byte.
    /// - Returns: also that byte, or the end of a file without data.
    func place(
        _ claims: [Claim], after headEnd: Int, in file: MappedFile
    ) throws -> (tensors: [GGUFTensorInfo], dataStart: Int) {
        // An alignment has 32 bits and a file's length 63, so the sum fits but for files that no disk holds.
        let (sum, overflow) = headEnd.addingReportingOverflow(alignment - 1)
        let dataStart = overflow ? file.count : sum / alignment * alignment
        let dataCount = max(0, file.count - dataStart)
        let tensors = try claims.map { claim in
            guard claim.offset % UInt64(alignment) == 0 else {
                throw FileError.tensor(
                    claim.name, of: file.path, expected: "an offset that is a multiple of \(alignment)",
                    found: "\(claim.offset)")
            }
            let (end, overflow) = claim.offset.addingReportingOverflow(UInt64(claim.byteCount))
            guard !overflow, end <= dataCount else {
                throw FileError.tensor(
                    claim.name, of: file.path, expected: "\(claim.byteCount) bytes inside the \(dataCount) of data",
                    found: "the offset \(claim.offset)", advice: "the file is cut off: download it again")
            }
            let start = dataStart + Int(claim.offset)
            return GGUFTensorInfo(
                name: claim.name, type: claim.type, shape: claim.shape, byteRange: start ..< start + claim.byteCount)
        }
        try checkOverlaps(tensors, file.path)
        return (tensors, min(dataStart, file.count))
    }

    private func checkOverlaps(_ tensors: [GGUFTensorInfo], _ path: String) throws {
        var end = 0
        let filled = tensors.filter { !$0.byteRange.isEmpty }
        for tensor in filled.sorted(by: { $0.byteRange.lowerBound < $1.byteRange.lowerBound }) {
            guard tensor.byteRange.lowerBound >= end else {
                throw FileError.tensor(
                    tensor.name, of: path, expected: "its data from byte \(end) on, where another tensor ends",
                    found: "byte \(tensor.byteRange.lowerBound): an overlap")
            }
            end = tensor.byteRange.upperBound
        }
    }
}
