import Foundation
import OrreryFiles
import Testing

/// `orrery train`, `eval` and the quick start, as a newcomer meets them.
@Suite struct TrainingCommandTests {
    private let scratch: Scratch

    init() async throws {
        scratch = try Scratch()
        try scratch.put(Example.text, at: "text.txt")
        let lines = Example.text.split(separator: "\n").map(String.init)
        try scratch.put(
            lines.map { JSONValue.object(["id": 1, "text": .string($0)]).text(.compact) }.joined(separator: "\n"),
            at: "lines.jsonl")
        try scratch.put("id,text\r\n" + lines.map { "1,\"\($0)\"\r\n" }.joined(), at: "rows.csv")
        try scratch.copy(try await Example.model.value("model"), as: "model")
    }

    @Test func trainsAModelFurther() async throws {
        let before = try await orrery(["eval", scratch("model"), "--data", scratch("text.txt"), "--json"]).json()[
            "loss"]
        let outcome = try await orrery(
            [
                "train", "--from", scratch("model"), "--data", scratch("lines.jsonl"), "--field", "text", "--steps",
                "30", "--learning-rate", "0.01", "--out", scratch("tuned"), "--json",
            ])
        #expect(try outcome.json()["steps"] == 30)
        let after = try await orrery(["eval", scratch("tuned"), "--data", scratch("text.txt"), "--json"]).json()["loss"]
        guard case .double(let old)? = before, case .double(let new)? = after else {
            throw FileError.content("standard output", expected: "losses")
        }
        #expect(new < old - 0.05)
        #expect(try scratch.content("tuned/tokenizer.json") == scratch.content("model/tokenizer.json"))
        let plan = try JSONValue(parsing: scratch.content("tuned/training/plan.json").text, file: "plan.json")
        #expect(plan["model"]?["base"]?["path"] == .string(scratch("model")))
        #expect(plan["field"] == "text")
    }

    /// A resumed run of several sources finds them again, and another end is said with what the rate does.
    @Test func anotherEnd() async throws {
        let flags = ["--data", "text.txt", "--data", "rows.csv", "--field", "text"]
        try await orrery(["train"] + flags + ["--out", "run", "--steps", "2"] + Example.shape, directory: scratch.path)
            .expectLine(status: 1, ["text.txt: --field is for files that end in"])
        let first = try await orrery(
            [
                "train", "--data", "rows.csv", "--data", "lines.jsonl", "--field", "text", "--out", "run", "--steps",
                "2", "--batch", "4",
            ] + Example.shape, directory: scratch.path)
        try #require(first.status == 0, "\(first.errors)")
        #expect(first.errors.contains("read 2 files,") && first.errors.contains("300 records"), "\(first.errors)")
        let second = try await orrery(["train", "--resume", scratch("run"), "--steps", "1,000"])
        #expect(second.status == 2)
        let third = try await orrery(["train", "--resume", scratch("run"), "--steps", "5"])
        try #require(third.status == 0, "\(third.errors)")
        #expect(third.errors.contains("--steps 5: the run continues from step 2 to step 5"))
        #expect(third.errors.contains("learning rate: "))
        #expect(third.errors.contains("after 5 steps"))
        #expect(try scratch.content("run/metrics.jsonl").text.contains("{\"step\":5,"))
    }

    /// Before the first step it is said what will be done; no line of it is wider than a terminal, and the chart of a
    /// resumed run starts at step 1.
    @Test func saysWhatItWillDo() async throws {
        let outcome = try await orrery(
            [
                "train", "--data", scratch("text.txt"), "--out", scratch("run"), "--steps", "6", "--batch", "4",
                "--validation", "sample",
            ] + Example.shape)
        try #require(outcome.status == 0, "\(outcome.errors)")
        for said in [
            "data: ", "tokens to train on", "model: qwen3, ", "2 layers of width 16", "run: 6 steps of 64 tokens",
            "validation: 24 of ", "the model goes to", "roughly 1",
        ] {
            #expect(outcome.errors.replacing("\n  ", with: " ").contains(said), "\(said): \(outcome.errors)")
        }
        for line in outcome.errors.split(separator: "\n") where !line.hasPrefix("step ") {
            #expect(line.count <= 80 || line.contains(scratch.path), "\(line)")
        }
        let resumed = try await orrery(["train", "--resume", scratch("run"), "--steps", "8"])
        let axis = try #require(
            resumed.errors.split(separator: "\n").first {
                $0.hasPrefix("step ") && $0.hasSuffix(" 8") && !$0.contains("/")
            }, "\(resumed.errors)")
        #expect(["1", "2"].contains(axis.split(separator: " ")[1]), "\(axis)")
        #expect(resumed.errors.contains("from step 6 on"))
    }

    @Test func evaluatesSeveralSources() async throws {
        let records = try await orrery([
            "eval", scratch("model"), "--data", scratch("lines.jsonl"), "--data", scratch("rows.csv"), "--field",
            "text", "--json",
        ]).json()
        try scratch.put(Example.text.dropLast() + "\n" + Example.text.dropLast(), at: "twice.txt")
        let text = try await orrery(["eval", scratch("model"), "--data", scratch("twice.txt"), "--json"]).json()
        #expect(records["tokens"] == text["tokens"] && records["loss"] == text["loss"])
    }

    /// `-` is standard input; the run that is resumed reads it again, and knows another text.
    @Test func standardInput() async throws {
        let flags = ["train", "--data", "-", "--batch", "4"] + Example.shape
        let piped = try await orrery(
            flags + ["--steps", "4", "--out", scratch("piped"), "--json"], input: Example.text)
        let read = try await orrery(
            ["train", "--data", scratch("text.txt"), "--batch", "4"] + Example.shape
                + ["--steps", "4", "--out", scratch("read"), "--json"])
        #expect(try piped.json()["validation_loss"] == read.json()["validation_loss"])
        for (input, says) in [("", "needs it again: orrery train --resume"), ("another text", "needs it again")] {
            let outcome = try await orrery(["train", "--resume", scratch("piped"), "--steps", "6"], input: input)
            #expect(outcome.status == 1 && outcome.errors.contains(says), "\(outcome.errors)")
        }
        let resumed = try await orrery(
            ["train", "--resume", scratch("piped"), "--steps", "6", "--json"], input: Example.text)
        #expect(try resumed.json()["steps"] == 6)
        let loss = try await orrery(["eval", scratch("read"), "--data", "-", "--json"], input: Example.text).json()
        let same = try await orrery(["eval", scratch("read"), "--data", scratch("text.txt"), "--json"]).json()
        #expect(loss["loss"] == same["loss"])
    }

    /// A run that was stopped is not lost: the next start resumes it, and says so.
    @Test func quickStartResumes() async throws {
        let prelude = "export XDG_CACHE_HOME=\(scratch("cache"))", directory = scratch("cache/orrery/demo")
        let first = try Command(["quickstart", "--seconds", "60"], prelude: prelude)
        let stopped = try await first.outcome(sending: SIGINT, afterStepIn: directory)
        #expect(stopped.status == 130, "\(stopped.errors)")
        let step = try #require(stopped.errors.firstMatch(of: /stopped at step ([0-9,]+);/)).1
        let second = try Command([], prelude: prelude)
        let resumed = try await second.outcome(sending: SIGINT, after: "the model goes to")
        #expect(resumed.errors.contains("this resumes the run that was stopped at step \(step);"), "\(resumed.errors)")
        #expect(resumed.errors.replacing("\n  ", with: " ").contains("from step \(step) on"), "\(resumed.errors)")
    }

    /// The second time the model is there, and `--retrain` makes another.
    @Test func quickStartKeepsItsModel() async throws {
        let prelude = "export XDG_CACHE_HOME=\(scratch("cache"))"
        let first = try await orrery(["quickstart", "--seconds", "1"], prelude: prelude)
        try #require(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("orrery generate \(scratch("cache/orrery/demo")) --prompt \"Once there was"))
        let weights = try scratch.content("cache/orrery/demo/model.safetensors")
        let second = try await orrery([], prelude: prelude)
        try #require(second.status == 0, "\(second.errors)")
        #expect(
            second.errors
                == "orrery: this is the model that an earlier run has trained, in \(scratch("cache/orrery/demo")); orrery quickstart --retrain trains a new one\n"
        )
        #expect(second.output == first.output)
        #expect(try scratch.content("cache/orrery/demo/model.safetensors") == weights)
        let third = try await orrery(["quickstart", "--retrain", "--seconds", "1"], prelude: prelude)
        #expect(third.errors.contains("validation loss"), "\(third.errors)")
    }
}
