import Foundation
import OrreryFiles
import Testing

/// Standard output that cannot be written is an error; a reader that goes away is none.
@Suite struct OutputTests {
    private func commands() async throws -> [[String]] {
        let model = try await Example.model.value("model"), scratch = try await Example.model.value
        try scratch.put("[[1, 2, 3]]", at: "ids-for-output.json")
        try scratch.put(Example.text, at: "text-for-output.txt")
        let text = scratch("text-for-output.txt")
        return [
            ["--help"], ["train", "--help"], ["generate", model, "--prompt", "the", "--max-tokens", "3"],
            ["generate", model, "--prompt", "the", "--max-tokens", "3", "--json"], ["inspect", model],
            ["inspect", model, "--json"],
            ["explain", model, "the"], ["explain", model, "the", "--json"], ["eval", model, "--data", text],
            ["tokenize", model, text, "--ids"],
            ["tokenize", model, text], ["tokenize", model, text, "--json"], ["tokenize", model, text, "--count"],
            ["tokenize", model, text, "--stats"],
            ["tokenize", model, text, "--pieces"], ["gradcheck", "--operation", "scale"],
            ["gradcheck", "--operation", "scale", "--json"],
            ["bench", "model", model, "-p", "2", "-n", "2"],
        ]
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func fullDevice() async throws {
        for arguments in try await commands() {
            let outcome = try await orrery(arguments, prelude: "exec > /dev/full")
            #expect(outcome.status == 1, "\(arguments): \(outcome.status as Any) \(outcome.signal as Any)")
            #expect(
                outcome.errors.contains("orrery: standard output: cannot write: No space left on device"),
                "\(arguments): \(outcome.errors)")
        }
    }

    /// The reader has gone before the first byte comes.
    @Test func closedPipe() async throws {
        for arguments in try await commands() {
            let outcome = try await orrery(arguments, prelude: "exec 3>&1; (sleep 0.2; exec \"$@\"; ) | true; exit 0")
            #expect(outcome.status == 0 && !outcome.errors.contains("cannot write"), "\(arguments): \(outcome.errors)")
            #expect(!outcome.errors.contains("Fatal"), "\(arguments): \(outcome.errors)")
        }
    }
}
