import Foundation
import OrreryFiles
import Testing

/// What a command writes takes the place of a model and of nothing else, and is refused before anything is touched.
@Suite struct OverwriteTests {
    /// A model, and a directory with one file that is the user's.
    private func scene(_ foreign: String) async throws -> Scratch {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        try scratch.put("mine", at: "out/\(foreign)")
        return scratch
    }

    @Test(arguments: [
        "notes.txt", "sub/deep/notes.txt", "1_Pooling/notes.txt", "chat_templates/notes.txt",
        "model-1-of-2.safetensors", ".git/HEAD", "pytorch_model.bin",
    ])
    func foreignFilesStay(_ foreign: String) async throws {
        let scratch = try await scene(foreign), before = try scratch.files("")
        for flags in [["--overwrite"], []] {
            let outcome = try await orrery(["convert", scratch("model"), scratch("out")] + flags)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("which is not part of a model"), "\(outcome.errors)")
            #expect(try scratch.files("") == before)
        }
    }

    @Test func outputIsInput() async throws {
        let scratch = try await scene("config.json"), before = try scratch.files("model")
        try FileManager.default.createSymbolicLink(atPath: scratch("link"), withDestinationPath: scratch("model"))
        _ = try await orrery(["convert", scratch("model"), scratch("m.gguf")])
        let gguf = try scratch.content("m.gguf")
        for (input, output, directory) in [
            ("model", "model", nil), ("model", "link", nil), ("link", "model", nil), ("model", "model/../model/", nil),
            ("m.gguf", "m.gguf", nil),
        ] as [(String, String, String?)] {
            let outcome = try await orrery(
                ["convert", scratch(input), scratch(output), "--overwrite"], directory: directory)
            #expect(
                outcome.status == 1 && outcome.errors.contains("is the model that is converted"),
                "\(input) \(output): \(outcome.errors)")
        }
        #expect(try await orrery(["convert", ".", ".", "--overwrite"], directory: scratch("model")).status == 1)
        #expect(
            try await orrery(["convert", scratch("m.gguf"), ".", "--overwrite"], directory: scratch("model")).status
                == 1)
        #expect(try scratch.files("model") == before)
        #expect(try scratch.content("m.gguf") == gguf)
    }

    /// A directory that another run of Orrery has written: its model is replaced, the run itself stays.
    @Test func runStays() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        try scratch.copy(scratch("model"), as: "out")
        try scratch.put("{}", at: "out/vocab.json")
        #expect(try await orrery(["convert", scratch("model"), scratch("out")]).status == 1)
        let before = try scratch.files("out")
        #expect(
            try await orrery(["convert", scratch("model"), scratch("out"), "--type", "f16", "--overwrite"]).status == 0)
        let after = try scratch.files("out")
        for name in before.keys where name.hasPrefix("training/") || name == "metrics.jsonl" {
            #expect(after[name] == before[name], "\(name)")
        }
        #expect(after["vocab.json"] == nil)
        #expect(after["model.safetensors"] != before["model.safetensors"])
    }

    @Test func emptyDirectoryNeedsNoFlag() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        try FileManager.default.createDirectory(atPath: scratch("out"), withIntermediateDirectories: true)
        #expect(try await orrery(["convert", scratch("model"), scratch("out")]).status == 0)
    }

    /// A directory that has a run's name and holds something else is not a run's.
    @Test(arguments: ["training/notes.txt", "last/notes.txt", "tensorboard/notes.txt", "training"])
    func trainOverwrites(_ foreign: String) async throws {
        let scratch = try Scratch()
        try scratch.put("mine", at: "model/\(foreign)")
        let outcome = try await Example.train(scratch, flags: ["--overwrite"])
        #expect(outcome.status == 1 && outcome.errors.contains("is not part of a training run"), "\(outcome.errors)")
        #expect(try scratch.files("model").keys.sorted() == [foreign])
    }

    @Test func twoTrainings() async throws {
        let scratch = try Scratch(), text = try scratch.put(Example.text, at: "text.txt")
        let flags =
            ["--data", text, "--tokenizer", "char", "--steps", "100000000", "--batch", "4", "--json"] + Example.shape
        let first = try Command(["train", "--out", scratch("model")] + flags)
        await first.waitForStep(1, of: scratch("model"))
        for arguments in [
            ["train", "--out", scratch("model"), "--overwrite"] + flags,
            ["train", "--resume", scratch("model"), "--json"],
            ["convert", try await Example.model.value("model"), scratch("model"), "--overwrite"],
        ] {
            let outcome = try await orrery(arguments)
            #expect(
                outcome.status == 1 && outcome.errors.contains("another process is writing in this directory"),
                "\(outcome.errors)")
        }
        let outcome = try await first.outcome(sending: SIGKILL)
        #expect(outcome.signal == SIGKILL)
        // The lock dies with its process.
        let second = try Command(["train", "--resume", scratch("model"), "--json"])
        let resumed = try await second.outcome(sending: SIGINT, afterStepIn: scratch("model"))
        #expect(resumed.status == 130, "\(resumed.errors)")
    }
}
