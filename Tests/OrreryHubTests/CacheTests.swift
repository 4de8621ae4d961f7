import Foundation
import HubTestSupport
import OrreryHub
import Testing

/// What is found in a cache, as Python fills it too.
@Suite struct CacheTests {
    private static let commit = String(repeating: "0123456789", count: 4)

    /// A snapshot with files behind links.
    private func cache(_ files: [String: String], references: [String] = ["main"]) throws -> (Scratch, Hub) {
        let scratch = try Scratch(), repository = "models--owner--name"
        for (index, (name, text)) in files.sorted(by: { $0.key < $1.key }).enumerated() {
            try scratch.put(text, at: "\(repository)/blobs/\(index)")
            let link = scratch("\(repository)/snapshots/\(Self.commit)/\(name)")
            try FileManager.default.createDirectory(
                atPath: (link as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            let up = String(repeating: "../", count: name.split(separator: "/").count + 1)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: up + "blobs/\(index)")
        }
        for reference in references { try scratch.put(Self.commit, at: "\(repository)/refs/\(reference)") }
        return (scratch, Hub(try HubSettings(environment: ["HF_HUB_CACHE": scratch.path, "HOME": scratch.path])))
    }

    @Test func listed() throws {
        let (scratch, hub) = try cache([
            "config.json": #"{"model_type": "llama"}"#, "model.safetensors": "12345", "x-Q8_0.gguf": "123",
            "y-00001-of-00002.gguf": "1", "y-00002-of-00002.gguf": "22", "z-00001-of-00002.gguf": "1",
        ])
        try scratch.put("x", at: "datasets--owner--data/refs/main")
        try scratch.put("x", at: "models--broken/snapshots/no-commit/config.json")
        try scratch.put("x", at: "models--../snapshots/\(Self.commit)/config.json")
        try scratch.put("{}", at: "models--gpt2/snapshots/\(Self.commit)/tokenizer.json")
        let models = hub.models()
        #expect(
            models.map(\.name) == [
                "gpt2@\(Self.commit)", "owner/name", "owner/name:x-Q8_0.gguf", "owner/name:y-00001-of-00002.gguf",
                "owner/name:z-00001-of-00002.gguf",
            ])
        #expect(models.map(\.format) == ["other", "safetensors", "GGUF", "GGUF", "GGUF"])
        #expect(models.map(\.byteCount) == [2, 28, 3, 3, 1])
        #expect(models.map(\.isComplete) == [true, true, true, true, false])
        #expect(models[1].architecture == "llama" && models[1].revisions == ["main"] && models[1].lastUsed != nil)
        for model in models where model.format != "other" && model.isComplete {
            #expect(try hub.path(of: model.name) == model.path)
        }
        #expect(try Hub(HubSettings(environment: ["HF_HUB_CACHE": scratch("none")])).models() == [])
    }

    /// What is not here is told from what is here in part.
    @Test func missing() throws {
        func error(
            _ files: [String: String], _ name: String = "owner/name", references: [String] = ["main"]
        ) throws -> String {
            let (scratch, hub) = try cache(files, references: references)
            defer { withExtendedLifetime(scratch) {} }
            let error = #expect(throws: HubError.self) { try hub.path(of: name) }
            #expect(error?.isNotPulled == true && error!.description.contains("orrery pull \(name)"), "\(error!)")
            return "\(error!)"
        }
        #expect(try error([:], "other/name").contains("neither a file here nor a model"))
        #expect(try error(["tokenizer.json": "{}"]).contains("has not been downloaded"))
        #expect(try error(["model.safetensors": "1"]).contains("config.json is missing"))
        let index =
            #"{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}"#
        #expect(
            try error([
                "config.json": "{}", "model.safetensors.index.json": index, "model-00001-of-00002.safetensors": "1",
            ]).contains("model-00002-of-00002.safetensors is missing"))
        #expect(try error(["x-00001-of-00002.gguf": "1"]).contains("part"))
        #expect(try error(["x-Q8_0.gguf": "1"], references: []).contains(Self.commit))
    }

    /// A link to a content that is gone is not a file.
    @Test func danglingLink() throws {
        let (scratch, hub) = try cache(["config.json": "{}", "model.safetensors": "1"])
        #expect(try hub.path(of: "owner/name").hasSuffix(Self.commit))
        try FileManager.default.removeItem(atPath: scratch("models--owner--name/blobs/1"))
        #expect(throws: HubError.self) { try hub.path(of: "owner/name") }
    }

    /// Paths go before names.
    @Test func localPaths() throws {
        let scratch = try Scratch()
        for text in [
            scratch.path, scratch("missing"), "./owner/name", "no-such-name", "some/dir/model.gguf", "a/b.gguf",
        ] {
            #expect(try Hub.localPath(of: text) == text)
        }
        #expect(throws: HubError.self) { try Hub.localPath(of: "no-such-owner/no-such-name") }
    }
}
