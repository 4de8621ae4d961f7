import OrreryFiles
import Testing

@Suite struct GGUFFileTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private static let metadata: [(key: String, value: GGUFValue)] = [
        ("general.architecture", .string("llama")), ("a.uint8", .uint8(255)), ("a.int8", .int8(-128)),
        ("a.uint16", .uint16(65535)),
        ("a.int16", .int16(-2)), ("a.uint32", .uint32(.max)), ("a.int32", .int32(.min)), ("a.uint64", .uint64(.max)),
        ("a.int64", .int64(.min)),
        ("a.float32", .float32(0.1)), ("a.float64", .float64(-1e300)), ("a.bool", .bool(true)),
        ("a.empty", .string("")),
        ("tokenizer.ggml.tokens", .array(GGUFArray(stringBytes: [Array("▁é".utf8), [], [0xFF, 0]]))),
        ("tokenizer.ggml.scores", .array(GGUFArray([-1.5, 0, .infinity] as [Float]))),
        ("tokenizer.ggml.token_type", .array(GGUFArray([1, -2, .max] as [Int32]))),
        ("a.bytes", .array(GGUFArray(bytes: [1, 2, 255]))),
        ("a.nested", .array(GGUFArray([GGUFArray(strings: ["x", "yz"]), GGUFArray([GGUFArray(bytes: [7])])]))),
    ]

    private static func tensor(_ name: String, _ type: GGUFTensorType, _ shape: [Int], _ bytes: [UInt8]) -> GGUFTensor {
        GGUFTensor(name: name, type: type, shape: shape) { sink in try bytes.withUnsafeBytes { try sink($0) } }
    }

    @Test func writesWhatItReads() throws {
        let path = scratch("all.gguf")
        let q8 = (0 ..< 68).map { UInt8($0) }
        try GGUFWriter.write(
            Self.metadata,
            tensors: [
                Self.tensor("one", .float32, [], [1, 2, 3, 4]), Self.tensor("none", .float16, [0, 5], []),
                Self.tensor("q", .q8_0, [2, 1, 32], q8),
            ], to: path)
        let file = try GGUFFile(path: path)
        #expect(GGUFFile.isGGUF(path: path))
        #expect(file.version == 3)
        #expect(file.alignment == 32)
        #expect(file.metadata.pairs.map(\.key) == Self.metadata.map(\.key))
        for (key, value) in Self.metadata where value.array == nil {
            #expect("\(file.metadata[key]!)" == "\(value)", "\(key)")
        }
        #expect(try file.metadata.array("tokenizer.ggml.tokens").stringBytes() == [Array("▁é".utf8), [], [0xFF, 0]])
        #expect(try file.metadata.array("tokenizer.ggml.tokens").strings() == nil)
        #expect(try file.metadata.array("tokenizer.ggml.scores").floats() == [-1.5, 0, .infinity])
        #expect(try file.metadata.array("tokenizer.ggml.token_type").ints() == [1, -2, Int(Int32.max)])
        #expect(try file.metadata.array("a.bytes").bytes() == [1, 2, 255])
        #expect(try file.metadata.array("a.bytes").strings() == nil)
        #expect(try file.metadata.array("a.bytes").floats() == nil)
        let nested = try file.metadata.array("a.nested").values()
        #expect(nested[0].array?.strings() == ["x", "yz"])
        #expect(try nested[1].array?.values().first?.array?.ints() == [7])
        #expect(file.ordered.map(\.shape) == [[], [0, 5], [2, 1, 32]])
        #expect(try file.bytes(of: "one").withUnsafeBytes { Array($0) } == [1, 2, 3, 4])
        #expect(try file.bytes(of: "q").withUnsafeBytes { Array($0) } == q8)
        #expect(file.tensors["q"]!.byteRange.lowerBound % 32 == 0)
        #expect(line { try file.bytes(of: "r") }.hasSuffix(#"has no tensor "r""#))
    }

    /// As llama.cpp's gguf-split leaves them.
    @Test func aModelMayBeInSeveralFiles() throws {
        let paths = (1 ... 3).map { scratch("m-0000\($0)-of-00003.gguf") }
        func part(_ index: Int) -> [(key: String, value: GGUFValue)] {
            [("split.no", .uint16(UInt16(index))), ("split.count", .uint16(3)), ("split.tensors.count", .int32(3))]
        }
        try GGUFWriter.write([("general.architecture", .string("llama"))] + part(0), to: paths[0])
        try GGUFWriter.write(part(1), tensors: [Self.tensor("a", .int8, [3], [1, 2, 3])], to: paths[1])
        #expect(line { try GGUFFile(path: paths[0]) }.contains("m-00003-of-00003.gguf"))
        try GGUFWriter.write(
            part(2), tensors: [Self.tensor("b", .int8, [1], [4]), Self.tensor("c", .int8, [1], [5])], to: paths[2])
        let file = try GGUFFile(path: paths[0])
        #expect(file.ordered.map(\.name) == ["a", "b", "c"])
        #expect(try file.bytes(of: "a").withUnsafeBytes { Array($0) } == [1, 2, 3])
        #expect(try file.bytes(of: "c").withUnsafeBytes { Array($0) } == [5])
        #expect(line { try GGUFFile(path: paths[1]) }.contains("name the file that ends in -00001-of-00003.gguf"))
        try GGUFWriter.write(part(2), tensors: [Self.tensor("b", .int8, [1], [4])], to: paths[2])
        #expect(line { try GGUFFile(path: paths[0]) }.contains("split.tensors.count"))
        try GGUFWriter.write(part(2), tensors: [Self.tensor("a", .int8, [1], [4])], to: paths[2])
        #expect(line { try GGUFFile(path: paths[0]) }.contains("each tensor in one of the files"))
        try GGUFWriter.write(
            part(1), tensors: [Self.tensor("b", .int8, [1], [4]), Self.tensor("c", .int8, [1], [5])], to: paths[2])
        #expect(
            line { try GGUFFile(path: paths[0]) }.contains(
                "field \"split.no\": expected 2, by the file's name, found the uint16 1"))
    }

    @Test func namesAreBytes() throws {
        let path = scratch("names.gguf")
        try GGUFWriter.write(
            [("x.\u{E9}", .string("a")), ("x.e\u{301}", .string("b"))],
            tensors: [Self.tensor("\u{E9}", .int8, [1], [1]), Self.tensor("e\u{301}", .int8, [1], [2])], to: path)
        let file = try GGUFFile(path: path)
        #expect(try file.metadata.string("x.\u{E9}") == "a" && file.metadata.string("x.e\u{301}") == "b")
        #expect(try file.bytes(of: "\u{E9}").withUnsafeBytes { Array($0) } == [1])
        #expect(try file.bytes(of: "e\u{301}").withUnsafeBytes { Array($0) } == [2])
    }

    /// llama.cpp does not look at what strings are made of.
    @Test func textNeedNotBeUTF8() throws {
        let path = scratch("latin1.gguf")
        try GGUFWriter.write([("general.author", .string("Andr?"))], to: path)
        let bytes = try WholeFile.read(path)
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: "?")))
        try scratch.put(bytes[..<place] + [0xE9] + bytes[(place + 1)...], at: "latin1.gguf")
        #expect(try GGUFFile(path: path).metadata.string("general.author") == "Andr\u{FFFD}")
    }

    @Test func theAlignmentIsTheFiles() throws {
        let path = scratch("aligned.gguf")
        let metadata: [(key: String, value: GGUFValue)] = [("general.alignment", .uint32(256))]
        try GGUFWriter.write(
            metadata, tensors: [Self.tensor("a", .int8, [3], [1, 2, 3]), Self.tensor("b", .int8, [1], [4])], to: path)
        let file = try GGUFFile(path: path)
        #expect(file.alignment == 256)
        #expect(file.ordered.map(\.byteRange.lowerBound) == [256, 512])
    }

    @Test func gettersNameFileAndKey() throws {
        let path = scratch("m.gguf")
        try GGUFWriter.write(Self.metadata, to: path)
        let metadata = try GGUFFile(path: path).metadata
        #expect(try metadata.string("general.architecture") == "llama")
        #expect(try metadata.int("a.uint8", in: 0 ... 255) == 255)
        #expect(try metadata.intIfPresent("b") == nil)
        #expect(try metadata.boolIfPresent("a.bool") == true)
        #expect(try metadata.doubleIfPresent("a.float64") == -1e300)
        #expect(line { try metadata.string("b") } == "\(path): field \"b\": expected a string, found no such key")
        #expect(
            line { try metadata.int("a.uint64") }.hasSuffix(
                "field \"a.uint64\": expected an integer, found the uint64 18446744073709551615"))
        #expect(
            line { try metadata.int("a.uint8", in: 0 ... 9) }.hasSuffix(
                "expected an integer from 0 to 9, found the uint8 255"))
        #expect(line { try metadata.array("a.bool") }.hasSuffix("expected an array, found true"))
        #expect(
            line { try metadata.boolIfPresent("a.bytes") }.hasSuffix(
                "expected a bool, found an array of 3 uint8 values"))
    }

    @Test func blocksOfEveryType() throws {
        for type in GGUFTensorType.allCases {
            #expect(type.byteCount(shape: [2, 3 * type.elementsPerBlock]) == 6 * type.bytesPerBlock)
            #expect(type.byteCount(shape: [Int.max, Int.max, type.elementsPerBlock]) == nil)
            #expect(type.byteCount(shape: [-1, type.elementsPerBlock]) == nil)
            if type.elementsPerBlock > 1 { #expect(type.byteCount(shape: [2, type.elementsPerBlock - 1]) == nil) }
        }
    }

    @Test func writerRefuses() {
        let path = scratch("bad.gguf")
        let tensor = Self.tensor("a", .float32, [2], [0])
        #expect(
            line { try GGUFWriter.write([], tensors: [tensor], to: path) }.hasSuffix("takes 8 bytes, its writer gave 1")
        )
        #expect(
            line { try GGUFWriter.write([], tensors: [Self.tensor("a", .q4_0, [31], [])], to: path) }.contains(
                "cannot have the shape [31]"))
        #expect(
            line { try GGUFWriter.write([("k", .bool(true)), ("k", .bool(false))], to: path) }.contains(
                "the key \"k\" is empty, too long or taken"))
        #expect(line { try GGUFWriter.write([("", .bool(true))], to: path) }.contains("is empty"))
        #expect(line { try GGUFWriter.write([("general.alignment", .uint32(48))], to: path) }.contains("power of two"))
        #expect(scratch.text("bad.gguf") == nil)
    }
}
