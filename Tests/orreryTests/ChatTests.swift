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

    @Test func withoutATemplate() async throws {
        let scratch = try await scratch()
        let outcome = try await orrery(["chat", scratch("model"), "--prompt", "sun"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("model: has no chat template; continue a text with orrery generate, or give a template with --template FILE"))
    }

    @Test func answersOnce() async throws {
        let scratch = try await scratch("{% for m in messages %}{{ m.content }} {% endfor %}")
        let outcome = try await orrery(["chat", scratch("model"), "--prompt", "sun", "--max-tokens", "3", "--greedy", "--json"]).json()
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
        (["--template", "nosuch"], 1, "--template: expected a file, or one of chatml, plain; found nosuch"),
        (["--json"], 2, "--json: expected --prompt with it, for one answer"),
        (["--set", "x"], 2, "--set: expected NAME=JSON, found x"),
        (["--set", "x={", "--prompt", "sun"], 2, "--set x"),
    ]) func badOptions(_ flags: [String], _ status: Int32, _ text: String) async throws {
        let scratch = try await scratch()
        let outcome = try await orrery(["chat", scratch("model")] + flags)
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }

    @Test func rendersATemplate() async throws {
        let scratch = try Scratch()
        try scratch.put("{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}", at: "t.jinja")
        try scratch.put(#"{"messages": [{"role": "user", "content": "Hi"}]}"#, at: "v.json")
        #expect(try await orrery(["template", scratch("t.jinja"), "--variables", scratch("v.json")]).output == "[user] Hi\n")
    }
}
