import OrreryFiles
import Testing

/// Files of another kind under a model's name, as failed downloads and old conversions leave them: both readers name
/// the kind.
@Suite struct ForeignFileTests {
    @Test(arguments: [
        (
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n".utf8), "found a Git LFS pointer",
            "run: git lfs pull"
        ),
        (
            Array("\n <!DOCTYPE html><html><head><title>Sign in</title>".utf8), "found a web page",
            "download the file itself"
        ),
        (Array("<HTML lang=en>".utf8), "found a web page", "download the file itself"),
        (Array("PK\u{3}\u{4}archive/data.pkl".utf8) + [0, 8, 8, 1], "found a ZIP archive", "save it as safetensors"),
        ([0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9], "found a pickle", "save it as safetensors"),
        (Array("tjgg\u{3}\0\0\0vocabulary".utf8), "found a GGML file, the format before GGUF", "as GGUF"),
        (Array("lmgg\u{3}\0\0\0vocabulary".utf8), "found a GGML file", "as GGUF"),
        (Array("FUGG\0\0\0\u{3}\0\0\0\0".utf8), "found a big-endian GGUF file", "gguf_convert_endian.py"),
        (
            Array("{\"model_type\": \"llama\"}".utf8), "found a text that begins like JSON",
            "name the file of the weights"
        ),
    ])
    func areNamed(_ bytes: [UInt8], _ found: String, _ advice: String) throws {
        let scratch = try Scratch()
        let file = try scratch.put(bytes, at: "model")
        for problem in [line { try GGUFFile(path: file) }, line { try SafetensorsFile(path: file) }] {
            #expect(problem.contains(found) && problem.contains(advice), "\(problem)")
        }
    }

    @Test func aGGUFFileUnderAnotherName() throws {
        let scratch = try Scratch()
        let file = try scratch.put(Array("GGUF\u{3}\0\0\0\u{1}\0\0\0\0\0\0\0".utf8), at: "model.safetensors")
        #expect(line { try SafetensorsFile(path: file) }.contains("found a GGUF file; open it by its own path"))
    }

    @Test func aTextIsNoModel() throws {
        let scratch = try Scratch()
        let file = try scratch.put("Once there was a book.\n", at: "book.txt")
        #expect(
            line { try SafetensorsFile(path: file) }
                == "\(file): expected a safetensors file, found text; name a GGUF file, a safetensors file or a model directory"
        )
    }

    /// A header that the format does not allow is not said to be of another format.
    @Test func aHeaderBeyondTheFormat() throws {
        let scratch = try Scratch()
        let count = 100_000_001
        let text = [UInt8(ascii: "{"), UInt8(ascii: "}")] + [UInt8](repeating: UInt8(ascii: " "), count: count - 2)
        let file = try scratch.put(
            withUnsafeBytes(of: UInt64(count).littleEndian) { Array($0) } + text, at: "m.safetensors")
        #expect(
            line { try SafetensorsFile(path: file) }.hasSuffix(
                "expected a header of at most 100000000 bytes, found 100000001; the format allows no more: write the tensors to several files"
            ))
    }
}
