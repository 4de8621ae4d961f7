import Foundation
import OrreryFiles
import OrreryGeneration
import OrreryTemplates
import Testing

/// `orrery chat` computes through the engine, and says what a conversation of the library says with the same seed.
@Suite struct EngineAnswersTests {
    @Test(arguments: ["chat", "continue"]) func theSameTexts(_ kind: String) async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        if kind == "chat" {
            try scratch.put("{% for m in messages %}{{ m.content }} {% endfor %}", at: "model/chat_template.jinja")
        }
        let texts = ["sun", "a", "a"], seed: UInt64 = 11
        let model = try TextModel.open(scratch("model"))
        var sampling = model.suggestedSampling ?? .default
        sampling.seed = seed
        let options = ChatSession.Options(for: model, sampling: sampling, maxTokens: 2)
        let session = ChatSession(model, try model.chatModel(), options: options)
        var said: [String] = []
        for text in texts { said.append(try await session.respond(to: text)) }
        let outcome = try await orrery(
            ["chat", scratch("model"), "--seed", "\(seed)", "-n", "2"], input: texts.joined(separator: "\n") + "\n")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == said.map { $0 + ($0.hasSuffix("\n") ? "" : "\n") }.joined())
    }

    /// A conversation that was saved goes on as if it had not been.
    @Test func aLoadedConversationContinues() async throws {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        try scratch.put("{% for m in messages %}{{ m.content }} {% endfor %}", at: "model/chat_template.jinja")
        let flags = ["chat", scratch("model"), "--seed", "3", "-n", "2"]
        let whole = try await orrery(flags, input: "sun\n/regenerate\na\n")
        let first = try await orrery(flags, input: "sun\n/regenerate\n/save \(scratch("talk.json"))\n")
        let second = try await orrery(flags, input: "/load \(scratch("talk.json"))\na\n")
        #expect(whole.status == 0 && first.output + second.output == whole.output)
        #expect(second.errors.contains("loaded 2 messages; the last message: sun"), "\(second.errors)")
        #expect(!second.errors.contains("different"))
        // Another seed is said, and a file that is there is not replaced.
        let other = try await orrery(
            ["chat", scratch("model"), "--seed", "4", "-n", "3"],
            input: "/save \(scratch("talk.json"))\n/load \(scratch("talk.json"))\n/load \(scratch("none.json"))\n")
        // Where lines break depends on how long the paths are.
        let said = other.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(said.contains("exists; --overwrite replaces it"), "\(said)")
        #expect(
            said.contains("different from when it was saved: max_tokens (2, here 3), seed (3, here 4)"), "\(said)")
        #expect(said.contains("none.json"), "\(said)")
    }

    @Test func noRoomForTheAnswer() async throws {
        let outcome = try await orrery([
            "chat", try await Example.model.value("model"), "-p", "sun", "--cache-memory", "10",
        ])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("--cache-memory"), "\(outcome.errors)")
    }
}
