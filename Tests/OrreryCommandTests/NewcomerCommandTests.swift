import Foundation
import OrreryCommand
import OrreryFiles
import Testing

/// What somebody types who does not know the program yet, and what it answers.
@Suite struct NewcomerCommandTests {
    /// A missing argument is named with the usage of the command and an example.
    @Test(arguments: [
        ("generate", "<model>"), ("explain", "<model>"), ("bench", "<model>"), ("convert", "<model>"),
        ("embed @model", "<texts>"), ("eval @model", "--data"),
    ])
    func missingArgument(_ line: String, _ missing: String) async throws {
        let outcome = try await orrery(line.split(separator: " ").map(String.init))
        let lines = outcome.errors.split(separator: "\n"), command = line.split(separator: " ")[0]
        #expect(outcome.status == 2 && lines.count == 3, "\(outcome.errors)")
        #expect(lines[0].hasPrefix("orrery: expected \(missing)"))
        #expect(lines[1].hasPrefix("usage: orrery \(command)"))
        #expect(lines[2].hasPrefix("example: orrery \(command) "))
    }

    @Test(arguments: [
        ("generate m The", "unexpected argument 'The'; did you mean -p 'The'?"),
        ("train text.txt", "unexpected argument 'text.txt'; did you mean --data 'text.txt'?"),
        ("bench kernels x", "unexpected argument 'x'; orrery bench kernels takes options only"),
        ("tokenize m --decode 1 2 3", "ids with spaces between them are one argument, in quotes"),
        ("tokenize m --decode -1", "unexpected argument '-1'; a text that starts with - goes behind --"),
        ("help trian", "'trian' is not a command; did you mean 'train'?"),
        ("help tokenizer trian", "'trian' is not a command of orrery tokenizer; did you mean 'train'?"),
        ("tokenizer", "expected train or convert after it"),
        ("train --learning-rate x", "--learning-rate: expected a number, found x"),
        ("train --steps 1.5", "--steps: expected a whole number, found 1.5"),
        ("generate m --seed abc", "--seed: expected a whole number of 0 or more, or -1"),
        ("eval m --data x --windows z", "--windows: expected one of sliding, halves, found z"),
        ("convert a b --type zz", "--type: expected one of f32, f16, bf16, q8_0,"),
        ("train --from m", "--from: expected --data with it"),
        ("train --tokenizer bpx", "--tokenizer: expected char, byte, bpe:SIZE"),
    ])
    func wrongCommandLine(_ line: String, _ says: String) async throws {
        let outcome = try await orrery(line.split(separator: " ").map(String.init))
        outcome.expectLine(status: 2, [says])
    }

    /// Threads without cores make everything slower.
    @Test func tooManyThreads() async throws {
        let model = try await Example.model.value("model"), cores = ProcessInfo.processInfo.activeProcessorCount
        for (threads, isSaid) in [(cores, false), (min(4 * cores + 1, 1024), true)] {
            let outcome = try await orrery(["generate", model, "-p", "s", "-n", "1", "-t", "\(threads)"])
            #expect(outcome.status == 0)
            #expect(outcome.errors.contains("more threads than cores are slower") == isSaid, "\(outcome.errors)")
        }
    }

    /// An error about a value is told once.
    @Test func timeIsNamedOnce() async throws {
        let outcome = try await orrery(["train", "--time", "2x"])
        #expect(outcome.errors == "orrery: --time: expected 1 s to 100 days, as in 90, 45m, 2h30m or 1d; found 2x\n")
    }

    /// Every command names a model that is not there as it was typed, and not a file in it.
    @Test(arguments: [
        "generate @ -p x", "chat @ -p x", "explain @ x", "embed @ x", "eval @ --data demo", "bench @", "bench model @",
        "convert @ out", "inspect @",
        "train --from @ --data demo --out out",
    ])
    func modelThatDoesNotExist(_ line: String) async throws {
        let scratch = try Scratch()
        let outcome = try await orrery(
            line.replacing("@", with: "nomodel").split(separator: " ").map(String.init), directory: scratch.path)
        outcome.expectLine(status: 1, ["orrery: nomodel: does not exist; name a GGUF file"])
        try FileManager.default.createDirectory(atPath: scratch("nomodel"), withIntermediateDirectories: true)
        try scratch.put("GGUF", at: "nomodel/x.gguf")
        guard !line.hasPrefix("inspect"), !line.hasPrefix("embed") else { return }
        let second = try await orrery(
            line.replacing("@", with: "nomodel").split(separator: " ").map(String.init), directory: scratch.path)
        second.expectLine(
            status: 1, ["nomodel: is a directory without config.json; name the file in it: nomodel/x.gguf"])
    }

    /// A text that is not there is told before the directory that is in the way.
    @Test func wrongFileFirst() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        try await orrery(["train", "--data", "nofile", "--out", scratch("model")], directory: scratch.path).expectLine(
            status: 1, ["nofile: does not exist"])
    }

    /// A vocabulary that has no room is the flag's fault, and a run that cannot begin leaves nothing.
    @Test func refusedTrainingLeavesNothing() async throws {
        let scratch = try Scratch(), text = try scratch.put(Example.text, at: "text.txt")
        try await orrery(["train", "--data", text, "--out", scratch("model"), "--tokenizer", "bpe:10"]).expectLine(
            status: 2, ["--tokenizer bpe:10: "])
        let outcome = try await orrery(
            ["train", "--data", text, "--out", scratch("model"), "--steps", "2", "--json"] + Example.shape,
            prelude: "trap '' XFSZ; ulimit -f 16")
        #expect(
            outcome.status == 1 && outcome.errors.contains("model/training/state.safetensors: "), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["text.txt"])
    }

    /// What a conversion could not write is named as it was typed.
    @Test func conversionOnAFullDisk() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        for (out, says) in [("out", "orrery: out/model.safetensors: "), ("out.gguf", "orrery: out.gguf: ")] {
            let outcome = try await orrery(
                ["convert", "model", out, "--type", "f32"], prelude: "trap '' XFSZ; ulimit -f 8",
                directory: scratch.path)
            #expect(
                outcome.status == 1 && outcome.errors.split(separator: "\n").last?.hasPrefix(says) == true,
                "\(outcome.errors)")
            #expect(!outcome.errors.contains(".tmp-"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["model"])
        }
    }

    /// A place where nothing can be made is told before any work.
    @Test func conversionIntoAFile() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        try scratch.put("x", at: "file")
        try await orrery(["convert", "model", "file/x/y"], directory: scratch.path)
            .expectLine(
                status: 1, ["orrery: file/x/y: cannot be made, since file is not a directory; name another output"])
    }

    /// Standard input is called by its name.
    @Test func idsFromStandardInput() async throws {
        let scratch = try Scratch(), model = try await Example.model.value("model")
        try await orrery(["logits", model, "--ids", "-", "--out", scratch("out.safetensors")], input: "[[1], 2]")
            .expectLine(status: 1, ["orrery: standard input: field \"[1]\": expected a list of token ids, found 2"])
        let outcome = try await orrery(
            ["logits", model, "--ids", "-", "--out", scratch("out.safetensors")], input: "[[1], [2]]")
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    /// Flags that differ from a run's plan are named with both values; a finished run is left as it is, and that is
    /// said.
    @Test func resumedRun() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        let before = try scratch.files("model")
        let other = try await orrery(
            ["train", "--resume", "model", "--width", "64", "--batch=8"], directory: scratch.path)
        other.expectLine(status: 2, ["omit --batch 8 (the run has 4), --width 64 (the run has 16), or start a new run"])
        let finished = try await orrery(["train", "--resume", "model"], directory: scratch.path)
        #expect(finished.status == 0)
        #expect(
            finished.errors == "the run in model is finished, with 4 steps; --steps or --time gives it another end\n")
        #expect(try scratch.files("model") == before)
    }

    /// No line that training writes into a pipe is wider than COLUMNS, and each step is told once.
    @Test(arguments: [50, 80]) func linesInAPipe(_ columns: Int) async throws {
        let scratch = try Scratch(), text = try scratch.put(Example.text, at: "text.txt")
        let outcome = try await orrery(
            ["train", "--data", text, "--out", "m", "--steps", "1", "--batch", "4"] + Example.shape,
            prelude: "export COLUMNS=\(columns)", directory: scratch.path)
        let lines = outcome.errors.split(separator: "\n")
        #expect(outcome.status == 0 && lines.allSatisfy { $0.count <= columns }, "\(outcome.errors)")
        #expect(lines.count { $0.hasPrefix("step 1/1") } == 1, "\(outcome.errors)")
    }

    /// Texts of several prompts say whose they are; an empty prompt that nobody typed is said.
    @Test func whoseTextItIs() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        let outcome = try await orrery(
            ["generate", "model", "-p", "the sun", "-p", "the moon\nturns", "--samples", "2", "-n", "3"],
            directory: scratch.path)
        let said = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("text ") }
        #expect(
            said.count == 4 && said[0].hasPrefix("text 1 of 4, prompt 1: \"the sun\"")
                && said[3].hasPrefix("text 4 of 4, prompt 2: \"the moon turns\""), "\(outcome.errors)")
        let empty = try await orrery(["generate", "model", "-n", "3"], directory: scratch.path)
        #expect(empty.errors.contains("standard input is empty"), "\(empty.errors)")
    }

    /// A text that gives fewer tokens than were asked for.
    @Test func smallVocabulary() async throws {
        let scratch = try Scratch(), text = try scratch.put(Example.text, at: "text.txt")
        let outcome = try await orrery([
            "tokenizer", "train", "--kind", "unigram", "--vocab", "30000", "--data", text, "--out", scratch("t.json"),
        ])
        #expect(
            outcome.status == 0 && outcome.errors.contains("warning: the text gives no more than"), "\(outcome.errors)")
    }

    /// Rare bytes that a vocabulary lacks are worth a line where a model is looked at, and none on every use.
    @Test func warningsOfVocabularies() {
        let warning =
            "smol.gguf: field \"tokenizer.ggml.tokens\" has no token for 8 of the bytes of UTF-8 (<0x04>, <0xF1>); they are left out of texts"
        #expect(ModelWarning.text(of: warning, .using) == nil)
        #expect(
            ModelWarning.text(of: warning, .looking)?.hasPrefix(
                "smol.gguf: the vocabulary has no token for 8 rare bytes (<0x04>, <0xF1>): characters") == true)
        #expect(
            ModelWarning.text(of: "config.json: length_penalty is ignored here", .using)
                == "config.json: length_penalty is ignored here")
    }
}
