import OrreryCommand
import Testing

/// What a message tells to type can be typed.
@Suite struct ShellWordTests {
    @Test(arguments: [
        ("my-model", "my-model"), ("/tmp/a_b.gguf", "/tmp/a_b.gguf"), ("modèle", "modèle"), ("", "''"),
        ("dir é x/out", "'dir é x/out'"), ("a'b", #"'a'\''b'"#), ("$HOME", "'$HOME'"), ("~", "'~'"), ("a;b", "'a;b'"),
    ]) func quoted(_ word: String, _ expected: String) { #expect(ShellWord.quoted(word) == expected) }

    /// The line at the end of a training, pasted into a shell.
    @Test func endOfATraining() async throws {
        let scratch = try Scratch()
        try scratch.put(Example.text, at: "a b/text.txt")
        let outcome = try await orrery(
            ["train", "--data", "a b/text.txt", "--out", "a b/it's", "--steps", "2", "--batch", "4"] + Example.shape,
            directory: scratch.path)
        #expect(outcome.errors.contains("try: orrery generate 'a b/it'\\''s'\n"), "\(outcome.errors)")
        let pasted = try await shell("orrery generate 'a b/it'\\''s' -p s -n 2", in: scratch.path)
        #expect(pasted.status == 0, "\(pasted.errors)")
    }
}
