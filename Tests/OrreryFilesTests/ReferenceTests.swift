import Foundation
import OrreryFiles
import Testing

/// Files that Hugging Face's own library wrote, where the shared folder is next to the checkout.
private let reference = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/reference/qwen3").path

@Suite(.enabled(if: FileManager.default.fileExists(atPath: reference), "../shared/reference/qwen3 is not there"))
struct ReferenceTests {
    @Test func modelAndConfig() throws {
        let config = try JSONFields(contentsOf: reference + "/config.json")
        let model = try SafetensorsCheckpoint.open(directory: reference)
        let shape = [try config.int("vocab_size"), try config.int("hidden_size")]
        #expect(try model.entry("model.embed_tokens.weight").shape == shape)
        #expect(model.metadata["format"] == "pt")
    }

    @Test(arguments: ["model", "reference", "training"])
    func writesThemBackBitForBit(name: String) throws {
        let scratch = try Scratch()
        let file = try SafetensorsFile(path: "\(reference)/\(name).safetensors")
        let tensors = file.ordered.map { entry in
            SafetensorsTensor(name: entry.name, dtype: entry.dtype, shape: entry.shape) { sink in
                try file.bytes(of: entry).withUnsafeBytes { try sink($0) }
            }
        }
        try SafetensorsWriter.write(tensors, metadata: file.metadata, to: scratch("copy"))
        let same = try WholeFile.read(scratch("copy")) == WholeFile.read(file.path)
        #expect(same, "the copy differs from what the safetensors library wrote")
    }
}
