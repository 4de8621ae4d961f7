import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

@Suite struct ModelDirectoryTests {
    /// Written and opened again: the same bits, the same configuration, and nothing to warn of.
    @Test(arguments: Small.allCases) func roundTrip(_ small: Small) throws {
        let scratch = try Scratch(), model = try small.make()
        try FileManager.default.createDirectory(atPath: scratch("m"), withIntermediateDirectories: true)
        try ModelDirectory.write(model, to: scratch("m"))
        let again = try ModelDirectory.open(scratch("m")) { Issue.record("\($0)") }
        #expect(again.parameters.map(\.name) == model.parameters.map(\.name))
        for (p, q) in zip(model.parameters, again.parameters) {
            #expect(p.shape == q.shape && bits(p.value.floats) == bits(q.value.floats), "\(p.name)")
        }
        #expect(again.shape == model.shape && again.configuration == model.configuration)
        if let model = model as? GPT2 { #expect((again as? GPT2)?.config == model.config) }
        if let model = model as? Qwen3 { #expect((again as? Qwen3)?.config == model.config) }
        let ids = someIDs(2 * 8, vocabulary: Small.vocabulary)
        #expect(
            bits(again.logits(Batch(ids, sequences: 2), ForwardContext()).floats)
                == bits(model.logits(Batch(ids, sequences: 2), ForwardContext()).floats))

        // Written again, the files are the same bytes.
        let files = ["config.json", "generation_config.json", "model.safetensors"]
        let first = try files.map { try WholeFile.read(scratch("m/" + $0)) }
        try ModelDirectory.write(again, to: scratch("m"))
        #expect(try files.map { try WholeFile.read(scratch("m/" + $0)) } == first)
    }

    /// Another type of numbers: decoded exactly, as Swift's own Float16 does.
    @Test(arguments: [SafetensorsDType.float16, .bfloat16]) func halfPrecision(_ type: SafetensorsDType) throws {
        let scratch = try Scratch(),
            patterns = (0 ..< Small.vocabulary * 27).map { UInt16(truncatingIfNeeded: $0 &* 48271) }
        let model = try Small.qwen3.make()
        try ModelDirectory.write(model, to: scratch.path)
        let name = "model.embed_tokens.weight"
        let tensors = model.parameters.map { p in
            let bytes: [UInt8] =
                p.name == name
                ? patterns.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } : p.value.floats.withUnsafeBytes { Array($0) }
            return SafetensorsTensor(
                name: p.name, dtype: p.name == name ? type : .float32, shape: p.shape, bytes: bytes)
        }
        try SafetensorsWriter.write(tensors, to: scratch("model.safetensors"))
        let opened = try ModelDirectory.open(scratch.path) { Issue.record("\($0)") }
        let found = try #require(opened.parameters.first { $0.name == name }).value.floats
        for (pattern, value) in zip(patterns, found) {
            let expected = type == .bfloat16 ? Float(bitPattern: UInt32(pattern) << 16) : exactly(half: pattern)
            #expect(value.bitPattern == expected.bitPattern || (value.isNaN && expected.isNaN), "\(pattern)")
        }
    }

    private func exactly(half pattern: UInt16) -> Float {
        #if arch(x86_64) && os(macOS)
        return .nan  // no Float16 there
        #else
        return Float(Float16(bitPattern: pattern))
        #endif
    }

    /// Checkpoints of the class without a head have no prefix; what is not used is named.
    @Test func otherNames() throws {
        let scratch = try Scratch(), model = try Small.gpt2.make()
        try ModelDirectory.write(model, to: scratch.path)
        var tensors = model.parameters.map { p in
            SafetensorsTensor(
                name: String(p.name.dropFirst("transformer.".count)), dtype: .float32, shape: p.shape,
                bytes: p.value.floats.withUnsafeBytes { Array($0) })
        }
        // An old causal mask.
        tensors.append(SafetensorsTensor(name: "h.0.attn.bias", dtype: .uint8, shape: [4], bytes: [1, 1, 1, 1]))
        tensors.append(SafetensorsTensor(name: "score.weight", dtype: .uint8, shape: [1], bytes: [1]))
        try SafetensorsWriter.write(tensors, to: scratch("model.safetensors"))
        var warnings: [String] = []
        let opened = try ModelDirectory.open(scratch.path) { warnings.append($0) }
        #expect(opened.parameters.map { bits($0.value.floats) } == model.parameters.map { bits($0.value.floats) })
        #expect(warnings.count == 1 && warnings[0].contains("score.weight is not used by gpt2"), "\(warnings)")
    }

    /// `bias: false` promises zeros.
    @Test func biasesThatAreNotZero() throws {
        let scratch = try Scratch()
        try ModelDirectory.write(Small.gpt2.make(), to: scratch.path)
        let config = try JSONFields(contentsOf: scratch("config.json"))
        var object = config.object
        object["bias"] = false
        try JSONValue.object(object).write(to: scratch("config.json"))
        #expect(refusal(scratch.path).contains("is not zero, and config.json has bias false"))
    }
}

/// What opening `directory` throws: one line that names a file.
func refusal(_ directory: String, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    do {
        _ = try ModelDirectory.open(directory)
        Issue.record("it opened", sourceLocation: sourceLocation)
        return ""
    } catch {
        let line = "\(error)"
        #expect(!line.contains("\n") && line.contains(directory), sourceLocation: sourceLocation)
        return line
    }
}
