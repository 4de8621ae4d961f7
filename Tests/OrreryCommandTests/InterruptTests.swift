import Foundation
import OrreryFiles
import Synchronization
import Testing

/// Ctrl-C ends every command with status 130 and leaves no unfinished file.
@Suite struct InterruptTests {
    /// Steps are few and validations long, so that the signal finds the run validating.
    @Test func validationIsStoppedAndOwed() async throws {
        let scratch = try Scratch(), text = try scratch.put(String(repeating: Example.text, count: 60), at: "text.txt")
        let flags =
            [
                "--data", text, "--tokenizer", "char", "--steps", "4", "--batch", "4", "--validate-every", "2",
                "--validation", "whole",
                "--validation-fraction", "0.9",
            ] + Example.shape
        _ = try await orrery(["train", "--out", scratch("whole"), "--json"] + flags).json()
        let command = try Command(["train", "--out", scratch("model"), "--json"] + flags)
        await command.send(SIGINT, atStep: 2, of: scratch("model"), delay: 100_000)
        let report = try await command.outcome().json(status: 130)
        #expect(report["interrupted"] == true)
        #expect(report["steps"] == 2, "the first validation was stopped")
        #expect(try scratch.content("model/training/progress.json").text.contains("owes_validation"))
        // There is a model, and the resumed run ends as the whole one.
        #expect(
            try await orrery(["generate", scratch("model"), "--prompt", "s", "--max-tokens", "2", "--json"]).json()[
                "completion_tokens"] == 2)
        let resumed = try await orrery(["train", "--resume", scratch("model"), "--json"]).json()
        #expect(resumed["steps"] == 4)
        #expect(try scratch.content("model/model.safetensors") == scratch.content("whole/model.safetensors"))
        #expect(try !scratch.content("model/training/progress.json").text.contains("owes_validation"))
        #expect(
            validations(try scratch.content("model/metrics.jsonl").text)
                == validations(try scratch.content("whole/metrics.jsonl").text))
    }

    private func validations(_ metrics: String) -> [Substring] {
        metrics.split(separator: "\n").filter { $0.contains("validation_loss") }
    }

    @Test func lastValidationIsStoppedAndOwed() async throws {
        let scratch = try Scratch(), text = try scratch.put(String(repeating: Example.text, count: 60), at: "text.txt")
        let flags =
            [
                "--data", text, "--tokenizer", "char", "--steps", "3", "--batch", "4", "--validate-every", "0",
                "--validation", "whole",
                "--validation-fraction", "0.9", "--average-fraction", "0.5",
            ] + Example.shape
        _ = try await orrery(["train", "--out", scratch("whole"), "--json"] + flags).json()
        let command = try Command(["train", "--out", scratch("model"), "--json"] + flags)
        await command.send(SIGTERM, atStep: 3, of: scratch("model"), delay: 100_000)
        #expect(try await command.outcome().json(status: 143)["steps"] == 3)
        let resumed = try await orrery(["train", "--resume", scratch("model"), "--json"]).json()
        #expect(resumed["validation_loss"] != .null)
        #expect(try scratch.content("model/model.safetensors") == scratch.content("whole/model.safetensors"))
    }

    @Test func conversionLeavesNothing() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        // Blocked on a pipe that nobody writes, as on a slow disk.
        #expect(mkfifo(scratch("ids"), 0o600) == 0)
        let command = try Command([
            "logits", scratch("model"), "--ids", scratch("ids"), "--out", scratch("out.safetensors"),
        ])
        let writer = Mutex<CInt>(-1)
        await command.send(SIGINT) {
            writer.withLock {
                // Succeeds as soon as somebody reads.
                $0 = open(scratch("ids"), O_WRONLY | O_NONBLOCK)
                return $0 >= 0
            }
        }
        let outcome = try await command.outcome()
        writer.withLock { _ = close($0) }
        #expect(outcome.status == 130 && outcome.errors == "orrery: stopped\n", "\(outcome)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch("")).sorted() == ["ids", "model"])
    }
}
