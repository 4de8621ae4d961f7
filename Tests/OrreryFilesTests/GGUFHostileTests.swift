import OrreryFiles
import OrreryRandom
import Testing

/// A GGUF file written field by field, wrong fields included.
private struct Bytes {
    var bytes: [UInt8] = Array("GGUF".utf8)

    init(version: UInt32 = 3, tensors: UInt64 = 0, pairs: UInt64 = 0) {
        add(version)
        add(tensors)
        add(pairs)
    }

    mutating func add(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }

    mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        bytes += text.utf8
    }

    func adding(_ body: (inout Bytes) -> Void) -> Bytes {
        var copy = self
        body(&copy)
        return copy
    }
}

@Suite struct GGUFHostileTests {
    private func problem(_ bytes: [UInt8]) -> String {
        line { try GGUFFile(MappedFile(path: "m", copying: bytes)) }.replacing("m: ", with: "", maxReplacements: 1)
    }

    private func problem(_ bytes: Bytes) -> String { problem(bytes.bytes) }

    @Test func refusesTheHead() {
        #expect(problem([]) == "byte 0: expected \"GGUF\", found an empty file; this is not a GGUF file")
        #expect(problem(Array("GGMX3333".utf8)).contains("found something else"))
        #expect(problem(Array("version https://git-lfs.github.com".utf8)).contains("run: git lfs pull"))
        #expect(
            problem(Array("GGUF".utf8))
                == "byte 4: expected 4 bytes for the version, found 0; the file is cut off or not a GGUF file: download it again"
        )
        #expect(problem(Bytes(version: 1)).contains("byte 4: expected version 2 or 3, found 1"))
        #expect(problem(Bytes(version: 4)).contains("found 4"))
        #expect(problem(Bytes(version: 0)).contains("found 0"))
        #expect(problem(Bytes(version: 3 << 24)).contains("a big-endian one"))
        #expect(
            problem(Bytes(tensors: .max)).contains("byte 8: expected a number of tensors that fits in the 8 bytes left")
        )
        #expect(
            problem(Bytes(pairs: .max)).contains(
                "byte 16: expected a number of metadata pairs that fits in the 0 bytes left"))
        #expect(problem(Bytes(pairs: 1 << 32)).contains("found 4294967296"))
        let many = Bytes(pairs: 65_537).adding { $0.bytes += [UInt8](repeating: 0, count: 13 * 65_537) }
        #expect(problem(many).contains("byte 16: expected at most 65536 metadata pairs, found 65537"))
    }

    @Test func refusesMetadata() {
        func pair(_ body: (inout Bytes) -> Void) -> String { problem(Bytes(pairs: 1).adding(body)) }
        #expect(
            pair {
                $0.add(UInt64.max); $0.add(UInt64.max)
            }.contains("a length of a key within the 8 bytes left"))
        #expect(
            pair {
                $0.add(""); $0.add(UInt64(0))
            }.contains("a key of 1 to 65535 bytes, found 0"))
        #expect(
            pair {
                $0.add("kk"); $0.add(UInt32(13)); $0.add(UInt8(0))
            }.contains("a type of \"kk\" from 0 to 12, found 13"))
        #expect(
            pair {
                $0.add("k\n"); $0.add(UInt32(99))
            }.contains("a type of \"k\\u{a}\""))
        #expect(
            pair {
                $0.add("k"); $0.add(UInt32(10)); $0.add(UInt32(0))
            }.contains("8 bytes for \"k\", found 4"))
        #expect(
            pair {
                $0.add("k"); $0.add(UInt32(8)); $0.add(UInt64(1) << 63)
            }.contains("a length of \"k\" within the 0 bytes left"))
        #expect(
            pair {
                $0.add("k"); $0.add(UInt32(9)); $0.add(UInt32(5)); $0.add(UInt64(1) << 62)
            }.contains("a number of elements of \"k\""))
        #expect(
            pair {
                $0.add("k"); $0.add(UInt32(9)); $0.add(UInt32(8)); $0.add(UInt64(2)); $0.add("");
            }.contains("a number of elements of \"k\""))
        let deep = pair { bytes in
            bytes.add("k")
            bytes.add(UInt32(9))
            for _ in 0 ..< 100 { bytes.add(UInt32(9)); bytes.add(UInt64(1)) }
        }
        #expect(deep.contains("at most 8 nested arrays in \"k\""))
        let twice = Bytes(pairs: 2).adding { for _ in 0 ..< 2 { $0.add("k"); $0.add(UInt32(7)); $0.add(UInt8(1)) } }
        #expect(problem(twice).contains("each key once, found \"k\" again"))
        for (type, value) in [(UInt32(4), UInt32(48)), (4, 0), (5, 32)] {
            let text = pair {
                $0.add("general.alignment"); $0.add(type); $0.add(value)
            }
            #expect(text.contains("a uint32 that is a power of two"), "\(text)")
        }
    }

    @Test func refusesTensors() {
        func tensor(
            name: String = "t", rank: UInt32 = 1, _ dimensions: [UInt64] = [8], type: UInt32 = 0, offset: UInt64 = 0,
            data: Int = 32, count: UInt64 = 1
        ) -> String {
            problem(
                Bytes(tensors: count).adding { bytes in
                    for _ in 0 ..< count {
                        bytes.add(name)
                        bytes.add(rank)
                        for dimension in dimensions { bytes.add(dimension) }
                        bytes.add(type)
                        bytes.add(offset)
                    }
                    while bytes.bytes.count % 32 != 0 { bytes.bytes.append(0) }
                    bytes.bytes += [UInt8](repeating: 0, count: data)
                })
        }
        #expect(tensor(rank: 5, [1, 1, 1, 1, 1]).contains("at most 4 dimensions of tensor \"t\", found 5"))
        #expect(tensor([1 << 63]).contains("a dimension of tensor \"t\" of at most"))
        #expect(tensor(rank: 2, [1 << 40, 1 << 40]).contains("a shape of tensor \"t\" that can be counted"))
        #expect(tensor(type: 4).contains("a tensor type of ggml's for tensor \"t\", found 4"))
        #expect(tensor([33], type: 2).contains("with rows of whole q4_0 blocks (32), found [33]"))
        #expect(tensor(offset: 8).contains("tensor \"t\": expected an offset that is a multiple of 32, found 8"))
        #expect(tensor(offset: 32).contains("expected 32 bytes inside the 32 of data, found the offset 32"))
        #expect(tensor(offset: .max - 31).contains("found the offset"))
        #expect(tensor(data: 31).contains("inside the 31 of data"))
        #expect(tensor(name: String(repeating: "n", count: 256)).contains("a tensor's name of at most 255 bytes"))
        #expect(tensor(count: 2).contains("each tensor's name once"))
        let overlap = problem(
            Bytes(tensors: 2).adding { bytes in
                for name in ["a", "b"] {
                    bytes.add(name)
                    bytes.add(UInt32(1))
                    bytes.add(UInt64(8))
                    bytes.add(UInt32(0))
                    bytes.add(UInt64(0))
                }
                bytes.bytes += [UInt8](repeating: 0, count: 64)
            })
        #expect(overlap.contains("an overlap"))
    }

    /// Thousands of damaged files: each is refused with one line, or read as something consistent.
    @Test func damagedFiles() throws {
        let scratch = try Scratch()
        let sink: (String, [Int], GGUFTensorType, [UInt8]) -> GGUFTensor = { name, shape, type, bytes in
            GGUFTensor(name: name, type: type, shape: shape) { sink in try bytes.withUnsafeBytes { try sink($0) } }
        }
        try GGUFWriter.write(
            [
                ("general.alignment", .uint32(8)), ("s", .string("é")),
                ("t", .array(GGUFArray(strings: ["a", "bc", ""]))),
                ("f", .array(GGUFArray([1, 2, 3] as [Float]))),
                ("n", .array(GGUFArray([GGUFArray(bytes: [1]), GGUFArray(strings: ["x"])]))),
            ], tensors: [sink("w", [2, 2], .float16, Array(0 ..< 8)), sink("q", [32], .q4_0, Array(0 ..< 18))],
            to: scratch("valid"))
        let valid = try WholeFile.read(scratch("valid"))
        var damage = GGUFDamage(seed: 7)
        var accepted = 0
        for _ in 0 ..< 40_000 {
            let bytes = damage.damaged(valid)
            do {
                let file = try GGUFFile(MappedFile(path: "f", copying: bytes))
                accepted += 1
                try check(file, bytes.count)
            } catch {
                let text = "\(error)"
                if !(error is FileError) || !text.hasPrefix("f: ") || text.utf8.contains(where: { $0 < 0x20 }) {
                    Issue.record(Comment(rawValue: text))
                }
            }
        }
        #expect(accepted > 100)
    }

    /// Reads everything that an accepted file offers.
    private func check(_ file: GGUFFile, _ count: Int) throws {
        func read(_ array: GGUFArray) throws {
            _ = (array.stringBytes(), array.strings(), array.ints(), array.floats(), array.bytes())
            guard array.elementType == .array else { return }
            for value in try array.values() { if let array = value.array { try read(array) } }
        }
        for (_, value) in file.metadata.pairs { if let array = value.array { try read(array) } }
        for tensor in file.ordered {
            let region = try file.bytes(of: tensor)
            _ = region.withUnsafeBytes { $0.reduce(0) { $0 &+ Int($1) } }
            if tensor.byteRange.upperBound > count || tensor.type.byteCount(shape: tensor.shape) != region.count {
                Issue.record("inconsistent: \(tensor)")
            }
        }
    }
}

/// Damages the way attackers do: numbers at the edges of their types, lengths off by a little, pieces moved.
private struct GGUFDamage {
    private var generator: SplitMix64
    private static let edges: [UInt64] = [
        0, 1, 2, 7, 8, 9, 12, 31, 255, 1 << 16, 1 << 31, 1 << 32, (1 << 32) - 1, 1 << 40, 1 << 60, 1 << 61, 1 << 62,
        1 << 63, (1 << 63) - 1, .max, .max - 7,
    ]

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func damaged(_ valid: [UInt8]) -> [UInt8] {
        var bytes = valid
        for _ in 0 ..< Int.random(in: 1 ... 3, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0 ..< bytes.count, using: &generator)
            switch Int.random(in: 0 ..< 7, using: &generator) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0 ..< 8, using: &generator)
            case 1: bytes[place] = UInt8.random(in: 0 ... 255, using: &generator)
            case 2: bytes[place] &+= UInt8.random(in: 0 ... 1, using: &generator) == 0 ? 1 : 255
            case 3: bytes.removeSubrange(place...)
            case 4:
                bytes.insert(
                    contentsOf: bytes[place ..< min(bytes.count, place + 8)],
                    at: Int.random(in: 0 ... bytes.count, using: &generator))
            case 5: bytes.removeSubrange(place ..< min(bytes.count, place + 8))
            default:
                let value = Self.edges.randomElement(using: &generator)!
                let edge = withUnsafeBytes(of: value.littleEndian) { Array($0) }.prefix(
                    [4, 8].randomElement(using: &generator)!)
                let end = min(bytes.count, place + edge.count)
                bytes.replaceSubrange(place ..< end, with: edge.prefix(end - place))
            }
        }
        return bytes
    }
}
