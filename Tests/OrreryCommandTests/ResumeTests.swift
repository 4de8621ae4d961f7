import Foundation
import OrreryFiles
import Testing

/// A run that is stopped, however, and resumed ends with the bits of one that was left alone.
@Suite struct ResumeTests {
    static let steps = 200

    /// Every kind of state: Muon and Adam, dropout, micro-batches, averaged weights, validations that keep the best
    /// model. Checkpoints are so frequent that half of the run's time is spent in them.
    private func flags(_ type: String, data: String) -> [String] {
        [
            "--data", data, "--tokenizer", "char", "--preset", "shakespeare", "--optimizer", "muon", "--dropout", "0.1",
            "--batch", "4", "--micro-batch", "2",
            "--steps", "\(Self.steps)", "--validate-every", "10", "--average-fraction", "0.5", "--clip", "0.5",
            "--dtype", type,
        ]
            + Example.shape + ["--checkpoint-every", "4", "--json"]
    }

    @Test(arguments: ["float32", "bfloat16"]) func killedTenTimes(_ type: String) async throws {
        let scratch = try Scratch(), flags = flags(type, data: try scratch.put(Example.text, at: "text.txt"))
        let whole = try await orrery(["train", "--out", scratch("whole")] + flags).json()

        // Sorted, since a resumed run goes on from the last checkpoint; apart, so that each is a moment of its own.
        let part = Self.steps * 8 / 100
        let moments = (0 ..< 10).map { part * $0 + .random(in: 1 ... part) }
        var command = try Command(["train", "--out", scratch("killed")] + flags)
        for (index, step) in moments.enumerated() {
            if index > 0 { command = try Command(resuming(scratch("killed"))) }
            await command.send(SIGKILL, atStep: step, of: scratch("killed"), delay: .random(in: 0 ..< 20_000))
            let outcome = try await command.outcome()
            #expect(outcome.signal == SIGKILL, "at step \(step) of \(moments): \(outcome.errors)")
        }
        let resumed = try await orrery(resuming(scratch("killed"))).json()

        for key in ["steps", "validation_loss", "best_validation_loss"] {
            #expect(resumed[key] == whole[key], "\(key), killed at \(moments)")
        }
        try expectSameFiles("killed", "whole", scratch, "killed at \(moments)")
    }

    @Test func interrupted() async throws {
        let scratch = try Scratch(), flags = flags("float32", data: try scratch.put(Example.text, at: "text.txt"))
        _ = try await orrery(["train", "--out", scratch("whole")] + flags).json()

        // Not a step at which a checkpoint is due.
        let command = try Command(["train", "--out", scratch("stopped")] + flags)
        await command.send(SIGINT, atStep: 42, of: scratch("stopped"))
        let stopped = try await command.outcome().json(status: 130)
        #expect(stopped["interrupted"] == true)
        #expect(stopped["validation_loss"] == .null)
        guard case .int(let step)? = stopped["steps"] else {
            throw FileError.content("standard output", expected: "steps")
        }
        #expect((42 ..< Int64(Self.steps)).contains(step))
        // What there is can be used.
        #expect(
            try await orrery(["generate", scratch("stopped"), "--prompt", "s", "--max-tokens", "3", "--json"]).json()[
                "completion_tokens"] == 3)

        let resumed = try await orrery(resuming(scratch("stopped"))).json()
        #expect(resumed["interrupted"] == false)
        #expect(resumed["steps"] == .int(Int64(Self.steps)))
        try expectSameFiles("stopped", "whole", scratch, "stopped at step \(step)")
    }

    /// There is nothing left to do, and nothing is done.
    @Test func finished() async throws {
        let scratch = try Scratch()
        let first = try await Example.train(scratch, flags: ["--average-fraction", "0.5"]).json()
        let files = try scratch.files("model")
        let again = try await orrery(["train", "--resume", scratch("model"), "--json"]).json()
        #expect(again["validation_loss"] == first["validation_loss"])
        #expect(again["steps"] == 4)
        #expect(try scratch.files("model") == files)
    }

    /// What an earlier run left under the name must not be taken for the new one's.
    @Test func overwritten() async throws {
        let scratch = try Scratch()
        _ = try await Example.train(
            scratch, steps: 6, flags: ["--validate-every", "1", "--learning-rate", "5", "--schedule", "constant"]
        ).json()
        #expect(
            try scratch.files("model").keys.contains("last/model.safetensors"),
            "the last model is the best: this test shows nothing")
        _ = try await Example.train(scratch, flags: ["--overwrite", "--seed", "7"]).json()
        let fresh = try Scratch()
        _ = try await Example.train(fresh, flags: ["--seed", "7"]).json()
        #expect(try Set(scratch.files("model").keys) == Set(fresh.files("model").keys))
        #expect(try scratch.content("model/model.safetensors") == fresh.content("model/model.safetensors"))
    }

    private func resuming(_ directory: String) -> [String] {
        ["train", "--resume", directory, "--checkpoint-every", "4", "--json"]
    }

    /// Equal but for what the clock says.
    private func expectSameFiles(
        _ one: String, _ other: String, _ scratch: Scratch, _ comment: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (left, right) = (try scratch.files(one), try scratch.files(other))
        #expect(left.keys.sorted() == right.keys.sorted(), "\(comment)", sourceLocation: sourceLocation)
        for (name, expected) in right {
            guard let found = left[name] else { continue }
            switch name {
            case "metrics.jsonl":
                let timed = ["seconds", "tokens_per_s"]
                #expect(
                    try records(found, without: timed) == records(expected, without: timed), "\(name), \(comment)",
                    sourceLocation: sourceLocation)
            case "training/progress.json":
                // The checksum is over the seconds too.
                let timed = ["seconds", "checksum"]
                let (left, right) = (try object(found.text, without: timed), try object(expected.text, without: timed))
                #expect(left["seconds"] != nil && left == right, "\(name), \(comment)", sourceLocation: sourceLocation)
            default: #expect(found == expected, "\(name), \(comment)", sourceLocation: sourceLocation)
            }
        }
    }

    private func records(_ content: Content, without keys: [String]) throws -> [JSONValue] {
        try content.text.split(separator: "\n").map { try object(String($0), without: keys) }
    }

    private func object(_ text: String, without keys: [String]) throws -> JSONValue {
        guard case .object(var object) = try JSONValue(parsing: text, file: "record") else { return .null }
        for key in keys where object[key] != nil { object[key] = .null }
        return .object(object)
    }
}
