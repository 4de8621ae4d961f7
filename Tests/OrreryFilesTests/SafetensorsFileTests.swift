import OrreryFiles
import Testing

/// A file from its parts: any header text, any data.
func safetensors(_ header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    let length = withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Array($0) }
    return length + text + (0 ..< data).map { UInt8(truncatingIfNeeded: $0) }
}

@Suite struct SafetensorsFileTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func open(_ header: String, data: Int, length: UInt64? = nil) throws -> SafetensorsFile {
        try SafetensorsFile(path: scratch.put(safetensors(header, data: data, length: length), at: "m.safetensors"))
    }

    @Test func opens() throws {
        // Out of order in the text, with a scalar, an empty tensor, padding and metadata.
        let file = try open(
            #"{"b":{"shape":[2,2],"dtype":"F32","data_offsets":[4,20]},"__metadata__":{"format":"pt"},"#
                + #""none":{"dtype":"I64","shape":[0,9],"data_offsets":[4,4]},"#
                + #""a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"c":{"dtype":"U8","shape":[1],"data_offsets":[20,21]}}   "#,
            data: 21)
        #expect(file.ordered.map(\.name) == ["a", "none", "b", "c"])
        #expect(file.metadata == ["format": "pt"])
        #expect(file.tensors["b"]?.shape == [2, 2])
        #expect(file.tensors["b"]?.dtype == .float32)
        #expect(try file.bytes(of: "b").withUnsafeBytes { Array($0) } == Array(4 ..< 20))
        #expect(try file.bytes(of: "none").count == 0)
        #expect(line { try file.bytes(of: "d") }.hasSuffix(#"has no tensor "d""#))
    }

    @Test func emptyModel() throws { #expect(try open("{}", data: 0).ordered.isEmpty) }

    @Test func everyDType() throws {
        for dtype in SafetensorsDType.allCases {
            let count = dtype.bitCount * 4 / 8
            let file = try open(
                #"{"a":{"dtype":"\#(dtype.rawValue)","shape":[2,2],"data_offsets":[0,\#(count)]}}"#, data: count)
            #expect(file.tensors["a"]?.dtype == dtype)
        }
    }

    @Test(arguments: [
        ("", "byte 8: expected '{'"), ("[]", "byte 8: expected '{'"), ("{", "byte 9"),
        ("{}x", "byte 10: expected the end"),
        (" {}", "4 bytes that belong to none"), (#"{"a":1}"#, "byte 13: expected an object"),
        (#"{"a":{}}"#, #"tensor "a": expected dtype, shape and two data_offsets"#),
        (#"{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}"#, #"found "F31""#),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, "two data_offsets"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,2,4]}}"#, "at most 2"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "expected 8 bytes for F32 [2], found 4"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "a whole number from 0"),
        (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, "a whole number from 0"),
        (#"{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}"#, "a whole number from 0"),
        (#"{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}"#, "a dimension"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, "a whole number from 0"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "in order and inside the 4 bytes"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "cut off: download it again"),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775800,9223372036854775804]}}"#,
            "inside the 4 bytes"
        ),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, "fewer than can be counted"),
        (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, "a whole number from 0"),
        (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#, "1 bytes that belong to none"),
        (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#, "a hole"),
        (
            #"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
            "an overlap"
        ),
        (#"{"a":{"dtype":"F4","shape":[7],"data_offsets":[0,4]}}"#, "expected whole bytes"),
        (#"{"a":["F32",[1],[0,4],1]}"#, "a fourth value"), (#"{"a":["F32",[1]]}"#, "two data_offsets"),
        (#"{"a":{"dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, "each once"),
        (#"{"__metadata__":{"a":1}}"#, "the metadata hold nothing else"),
        (#"{"__metadata__":{"a":null}}"#, "the metadata hold nothing else"),
        (#"{"__metadata__":{},"__metadata__":{}}"#, "__metadata__ once"),
        (#"{"a":{"dtype":[[[[]]]]}}"#, "the name of a dtype"),
        (#"{"a\nb":{"dtype":"F31"}}"#, #"tensor "a\u{a}b""#),
    ])
    func refusesHeader(header: String, message: String) {
        #expect(line { try open(header, data: 4) }.contains(message))
    }

    /// What safetensors 0.8 opens, of each the names and the last metadata value.
    @Test(
        arguments: [
            (#" {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}\n\t "#, ["a"], nil),
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4],"extra":[{"x":[[[1]]]},null]}}"#, ["a"], nil),
            (#"{"a":["U8",[4],[0,4]]}"#, ["a"], nil),
            (
                #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
                ["a"], nil
            ),
            (#"{"__metadata__":null,"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, ["a"], nil),
            (#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"__metadata__":{"k":"1","k":"2"}}"#, ["a"], "2"),
            (#"{"":{"dtype":"F4","shape":[8],"data_offsets":[0,4]}}"#, [""], nil),
            (
                #"{"a":{"dtype":"U8","shape":[\#(Array(repeating: "1", count: 99).joined(separator: ","))],"data_offsets":[0,1]},"b":["U8",[3],[1,4]]}"#,
                ["a", "b"], nil
            ),
            (
                "{\"\u{E9}\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},\"e\u{301}\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
                ["\u{E9}", "e\u{301}"], nil
            ),
        ] as [(String, [String], String?)])
    func opensWhatTheReferenceDoes(header: String, names: [String], value: String?) throws {
        let file = try open(header.replacing(#"\n\t"#, with: "\n\t"), data: 4)
        #expect(file.ordered.map { Array($0.name.utf8) } == names.map { Array($0.utf8) })
        #expect(file.metadata["k"] == value)
        for name in names { #expect(try file.bytes(of: name).count == file.entry(name).byteRange.count) }
    }

    @Test func refusesLength() throws {
        for length in [3, 100, 100_000_001, UInt64(Int.max), .max, .max - 7] {
            #expect(line { try open("{}", data: 0, length: length) }.contains("byte 0: expected a header"))
        }
        for count in 0 ..< 8 {
            let text = line { try SafetensorsFile(path: scratch.put([UInt8](repeating: 0, count: count), at: "m")) }
            #expect(text.contains("at least 8 bytes, found \(count)"))
        }
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
        #expect(line { try SafetensorsFile(path: scratch.put(pointer, at: "m")) }.contains("run: git lfs pull"))
    }
}
