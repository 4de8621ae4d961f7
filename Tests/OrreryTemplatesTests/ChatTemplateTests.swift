import OrreryTemplates
import Testing

@Suite struct ChatTemplateTests {
    private static let source = """
        {{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% if m.reasoning_content %}({{ m.thinking }}){% endif %}
        {%- if m.tool_calls %}{{ m.tool_calls|tojson }}{% endif %}{{ m.name }}{{ m.tool_call_id }}</>{% endfor %}{{ '<assistant>' if add_generation_prompt }}{{ tools|length if tools }}{{ mood }}
        """

    private func template() throws -> ChatTemplate {
        try ChatTemplate(Self.source, name: "t", specialTokens: ["bos_token": "<s>"])
    }

    @Test func messages() throws {
        let call: TemplateValue = ["type": "function", "function": ["name": "f", "arguments": ["x": 1]]]
        let text = try template().render([
            ChatMessage(role: "user", "Hi"),
            ChatMessage(role: "assistant", content: nil, reasoningContent: "hm", toolCalls: [call]),
            ChatMessage(role: "tool", content: .text("3"), toolCallID: "c1", name: "f"),
        ]).text
        #expect(
            text == """
                <s><user>Hi</><assistant>(hm)[{"type": "function", "function": {"name": "f", "arguments": {"x": 1}}}]</><tool>3fc1</><assistant>
                """)
    }

    @Test func options() throws {
        var options = ChatTemplate.Options()
        (options.addGenerationPrompt, options.tools, options.variables) = (
            false, [["name": "f"]], ["mood": "!", "bos_token": "^"]
        )
        #expect(try template().render([ChatMessage(role: "user", "Hi")], options: options).text == "^<user>Hi</>1!")
    }

    @Test func continued() throws {
        var options = ChatTemplate.Options()
        (options.addGenerationPrompt, options.continueFinalMessage) = (false, true)
        let messages = [ChatMessage(role: "user", "Hi"), ChatMessage(role: "assistant", "One, two ")]
        #expect(try template().render(messages, options: options).text == "<s><user>Hi</><assistant>One, two ")
        options.addGenerationPrompt = true
        #expect(throws: TemplateError.self) { try template().render(messages, options: options) }
        (options.addGenerationPrompt, options.continueFinalMessage) = (false, true)
        #expect(throws: TemplateError.self) { try template().render([], options: options) }
    }

    /// A mark behind the text that the template trims, and one that it drops.
    @Test func continuedThroughATemplateThatChangesText() throws {
        var options = ChatTemplate.Options()
        (options.addGenerationPrompt, options.continueFinalMessage) = (false, true)
        let trimming = try ChatTemplate("{% for m in messages %}<{{ m.content|trim }}>{% endfor %}")
        #expect(try trimming.render([ChatMessage(role: "assistant", " a b ")], options: options).text == "<a b")
        let dropping = try ChatTemplate("{% for m in messages %}{{ m.content|upper }}{% endfor %}")
        #expect(throws: TemplateError.self) {
            try dropping.render([ChatMessage(role: "assistant", "a")], options: options)
        }
    }
}
