import Foundation
import Kernels
import OrreryCommand
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers
import Testing

/// What transformers computed, where the shared folder is next to the checkout.
private let references = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/reference").path

@Suite struct LogitsTests {
    private func scratch(_ name: String) -> String {
        NSTemporaryDirectory() + "orrery-logits-" + UUID().uuidString + name
    }

    private func floats(_ file: SafetensorsFile, _ name: String) throws -> [Float] {
        try file.bytes(of: name).withUnsafeBytes { bytes in
            (0 ..< bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: references), "../shared/reference is not there"),
        arguments: ["gpt2", "qwen3"])
    func equalTransformers(architecture: String) throws {
        let directory = references + "/" + architecture
        let reference = try SafetensorsFile(path: directory + "/reference.safetensors")
        let ids = try reference.bytes(of: "input_ids").withUnsafeBytes { bytes in
            (0 ..< 2).map { b in
                (0 ..< 40).map { bytes.loadUnaligned(fromByteOffset: (b * 40 + $0) * 4, as: Int32.self) }
            }
        }
        let path = scratch(".safetensors")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let model = try ModelDirectory.open(directory) { Issue.record("\($0)") }
        try LogitsWriter(model: model, sequences: ids, computeType: .float32, writesHidden: true).write(to: path)
        let written = try SafetensorsFile(path: path)
        #expect(Set(written.tensors.keys) == Set(reference.tensors.keys).subtracting(["greedy"]))
        for entry in written.ordered where entry.name != "input_ids" {
            let expected = try reference.entry(entry.name)
            #expect(entry.shape == expected.shape && entry.dtype == expected.dtype)
            let difference = zip(try floats(written, entry.name), try floats(reference, entry.name)).map {
                abs($0 - $1)
            }.max()!
            #expect(difference < 1e-5, "\(entry.name) differs by \(difference)")
        }
    }

    /// 48 tokens after the first sixteen of each sequence, through the decode loop.
    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: references), "../shared/reference is not there"),
        arguments: ["gpt2", "qwen3"])
    func greedyContinuationsEqualTransformers(architecture: String) throws {
        let directory = references + "/" + architecture
        let expected = try SafetensorsFile(path: directory + "/reference.safetensors").bytes(of: "greedy")
            .withUnsafeBytes { bytes in
                (0 ..< 2).map { b in
                    (0 ..< 64).map { bytes.loadUnaligned(fromByteOffset: (b * 64 + $0) * 4, as: Int32.self) }
                }
            }
        // The reference has no text; any tokenizer of 320 tokens will do.
        let tokenizer = try ByteTokenizer(specialTokens: (0 ..< 64).map { "<|\($0)|>" })
        let model = try TextModel(ModelDirectory.open(directory), tokenizer: tokenizer)
        for ids in expected {
            let generation = try model.generate(
                GenerationOptions(
                    prompt: Array(ids.prefix(16)), sampling: .greedy, stop: StopConditions(maxTokens: 48),
                    prefillChunk: 5))
            while try generation.next() != nil {}
            #expect(generation.tokens == ids)
        }
    }

    /// Logits that are not numbers are written as they are, and where they begin is said.
    @Test func brokenLogitsAreFound() throws {
        var config = TestModels.qwen3
        config.tieWordEmbeddings = false
        let model = try TestModels.make(config), table = try #require(model.parameters.first { $0.shape == [61, 48] })
        var rows = table.value.floats
        for column in 0 ..< 48 { rows[3 * 48 + column] = .nan }
        table.assign(.init(rows, shape: table.shape))
        for (ids, place) in [([[1, 2, 4], [3, 2, 1]], 1), ([[1, 2, 4]], nil)] as [([[Int32]], Int?)] {
            let path = scratch(".safetensors")
            defer { try? FileManager.default.removeItem(atPath: path) }
            let broken = try LogitsWriter(model: model, sequences: ids, computeType: .float32, writesHidden: false)
                .write(to: path)
            #expect(broken?.sequence == place && broken?.position == place.map { _ in 0 })
        }
    }

    /// Longer than the pieces in which they are computed.
    @Test func piecesDoNotShow() throws {
        var config = TestModels.qwen3
        config.maxPositionEmbeddings = 300
        let model = try TestModels.make(config)
        let ids = (0 ..< 3).map { b in (0 ..< 290).map { Int32(($0 * 7 + b) % 61) } }
        let path = scratch(".safetensors")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try LogitsWriter(model: model, sequences: ids, computeType: .bfloat16, writesHidden: true).write(to: path)
        let file = try SafetensorsFile(path: path)
        let whole = Recorder { $0.point == .finalNormOut || $0.point == .residualPre && $0.layer == 1 }
        let logits = model.logits(
            Batch(ids.flatMap { $0 }, sequences: 3), ForwardContext(computeType: .bfloat16, taps: whole))
        #expect(try floats(file, "logits") == logits.floats)
        #expect(try floats(file, "hidden.1") == whole[.residualPre, 1]!.floats)
        #expect(try floats(file, "hidden.2") == whole[.finalNormOut]!.floats)
        #expect(file.ordered.map(\.name) == ["input_ids", "logits", "hidden.0", "hidden.1", "hidden.2"])
    }

    @Test(arguments: [
        ("[[1, 2], [3]]", ": field \"[1]\": expected 2 ids as in [0], found 1"),
        ("[[1, 2], [3, 61]]", ": field \"[1][1]\": expected an integer from 0 to 60, found 61"),
        ("[[-1]]", ": field \"[0][0]\": expected an integer from 0 to 60, found -1"),
        ("[[1.0]]", ": field \"[0][0]\": expected an integer from 0 to 60, found 1.0"),
        ("[[null]]", ": field \"[0][0]\": expected an integer from 0 to 60, found null"),
        ("[[99999999999999999999]]", ": field \"[0][0]\": expected an integer from 0 to 60, found 1e+20"),
        ("[[\"a\\n\"]]", ": field \"[0][0]\": expected an integer from 0 to 60, found \"a\\u{a}\""),
        ("[[1, 2, 3, 4, 5, 6]]", ": field \"[0]\": expected at most 5 ids, the model's context, found 6"),
        ("[[1], []]", ": field \"[1]\": expected at least one token id, found none"),
        ("[[1], 2]", ": field \"[1]\": expected a list of token ids, found 2"),
        ("[1, 2]", ": field \"[0]\": expected a list of token ids, found 1"),
        ("[]", ": expected at least one list of token ids, found none"),
        ("{\"ids\": [[1]]}", ": expected a list of lists of token ids, as [[1, 2], [3, 4]]"),
    ])
    func hostileIDs(text: String, expected: String) throws {
        let path = scratch(".json")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(message { _ = try TokenIDFile.read(path, vocabulary: 61, context: 5) } == path + expected)
    }

    @Test(arguments: ["", "[[1,", "[[1]] x", "\u{FEFF}[[1]", "[[[[[[", "\0"])
    func textThatIsNoJSON(text: String) throws {
        let path = scratch(".json")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let line = try #require(message { _ = try TokenIDFile.read(path, vocabulary: 61, context: 5) })
        #expect(line.hasPrefix(path) && !line.contains("\n"))
    }

    @Test func aFileOfIDs() throws {
        let path = scratch(".json")
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("[[0, 60],\n [3, 4]]\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try TokenIDFile.read(path, vocabulary: 61, context: 2) == [[0, 60], [3, 4]])
        #expect(
            message { _ = try TokenIDFile.read(path + "x", vocabulary: 1, context: 1) }?.contains("no such file")
                == true)
        #expect(
            message { _ = try TokenIDFile.read("/tmp", vocabulary: 1, context: 1) }?.contains("is a directory") == true)
    }
}
