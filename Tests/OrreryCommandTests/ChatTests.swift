import Foundation
import OrreryFiles
import Testing

/// `orrery chat` as a user runs it, and what it says where it cannot.
@Suite struct ChatTests {
    private func scratch(_ template: String? = nil) async throws -> Scratch {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        if let template { try scratch.put(template, at: "model/chat_template.jinja") }
        return scratch
    }

    /// A model that has seen texts only continues them.
    @Test func withoutATemplate() async throws {
        let scratch = try await scratch(), flags = ["chat", scratch("model"), "--max-tokens", "3", "--greedy"]
        let outcome = try await orrery(flags + ["--prompt", "sun", "--json"])
        let json = try outcome.json()
        #expect(json["completion_tokens"] == 3)
        #expect(outcome.errors.contains("has no chat template: it continues the text (--template gives it one)"))
        let generated = try await orrery([
            "generate", scratch("model"), "--prompt", "sun", "--max-tokens", "3", "--greedy", "--json",
        ]).json()
        #expect(json["text"] == generated["text"])
        let system = try await orrery(flags + ["--system", "Be kind."])
        #expect(system.status == 1)
        #expect(
            system.errors.contains(
                "model: has no chat template, and so no place for --system; give it one with --template FILE (or chatml, plain)"
            ))
    }

    /// Lines from a pipe, as a script feeds them; an empty one continues the last text.
    @Test func continuesLines() async throws {
        let scratch = try await scratch(), flags = ["chat", scratch("model"), "--max-tokens", "3", "--greedy"]
        func generated(_ prompt: String) async throws -> String {
            let json = try await orrery([
                "generate", scratch("model"), "--prompt", prompt, "--max-tokens", "3", "--greedy", "--json",
            ]).json()
            guard case .string(let text)? = json["text"] else { return "" }
            return text
        }
        let first = try await generated("sun"),
            outcome = try await orrery(flags, input: "sun\n\n/tokens\n/nonsense x\n/quit\nsun\n")
        #expect(outcome.status == 0)
        #expect(outcome.output == first + "\n" + (try await generated("sun" + first)) + "\n")
        #expect(outcome.errors.contains("9 of 16 tokens"), "\(outcome.errors)")
        #expect(outcome.errors.contains("/nonsense is not a command; /help lists them"))
    }

    @Test func answersOnce() async throws {
        let scratch = try await scratch("{% for m in messages %}{{ m.content }} {% endfor %}")
        let outcome = try await orrery([
            "chat", scratch("model"), "--prompt", "sun", "--max-tokens", "3", "--greedy", "--json",
        ]).json()
        #expect(outcome["prompt_tokens"] == 4)
        #expect(outcome["completion_tokens"] == 3)
    }

    @Test func theTemplateRefuses() async throws {
        let scratch = try await scratch("x\n{{ raise_exception('No ' + messages[0].role) }}")
        let outcome = try await orrery(["chat", scratch("model"), "--prompt", "sun"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("chat_template.jinja:2:19: the template refuses this conversation: No user"))
    }

    @Test(arguments: [
        (["--template", "nosuch"], 1, "--template: there is no chat template \"nosuch\" for"),
        (["--json"], 2, "--json: expected --prompt with it, for one answer"),
        (["--set", "x"], 2, "--set: expected NAME=JSON, found x"),
        (["--set", "x={", "--prompt", "sun"], 2, "--set x"),
    ]) func badOptions(_ flags: [String], _ status: Int32, _ text: String) async throws {
        let scratch = try await scratch()
        let outcome = try await orrery(["chat", scratch("model")] + flags)
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }

    /// A model stands for its own template, which knows the model's special tokens.
    @Test func rendersAModelsTemplate() async throws {
        let scratch = try await scratch("{{ bos_token }}{{ messages[0].content }}\n")
        try scratch.put(#"{"bos_token": "<s>"}"#, at: "model/special_tokens_map.json")
        try scratch.put(#"{"messages": [{"role": "user", "content": "Hi"}]}"#, at: "v.json")
        let flags = ["--variables", scratch("v.json")]
        #expect(try await orrery(["template", scratch("model")] + flags).output == "<s>Hi")
        let without = try await orrery(["template", try await Example.model.value("model")] + flags)
        without.expectLine(status: 1, ["this model has no chat template"])
    }

    @Test func rendersATemplate() async throws {
        let scratch = try Scratch()
        try scratch.put("{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}", at: "t.jinja")
        try scratch.put(#"{"messages": [{"role": "user", "content": "Hi"}]}"#, at: "v.json")
        #expect(
            try await orrery(["template", scratch("t.jinja"), "--variables", scratch("v.json")]).output == "[user] Hi\n"
        )
    }
}
