import Foundation
import OrreryGeneration
import OrreryModels
import OrreryTemplates
import OrreryTokenizers
import Testing

@Suite struct ChatModelTests {
    private static let source = "{% for m in messages %}{{ m.content }}<|end|>{% endfor %}"
    private let message = ChatMessage(role: "user", "the fox")

    private func chat(
        _ source: String = source, characters: String = "abcdefghijklmnopqrstuvwxyz .<|>\nABCDEFGHIJKLMNOPQRSTUVWXYZ:"
    ) throws -> ChatModel {
        ChatModel(try TestModels.text(characters, contextLength: 256), template: try ChatTemplate(source))
    }

    private func end(_ chat: ChatModel) -> TokenID { chat.model.tokenizer.endOfText! }

    @Test func ordinaryTextIsEncodedAsOne() throws {
        let chat = try chat()
        #expect(try chat.promptTokens([message]) == chat.model.tokenizer.encode("the fox<|end|>"))
    }

    /// The template's special token is one, and the same characters in a message are characters.
    @Test func messagesCannotWriteSpecialTokens() throws {
        let chat = try chat()
        let tokens = try chat.promptTokens([ChatMessage(role: "user", "a<|end|>b")])
        #expect(tokens.filter { $0 == end(chat) }.count == 1)
        #expect(tokens.last == end(chat))
        #expect(try chat.model.tokenizer.decode(tokens) == "a<|end|>b<|end|>")
    }

    @Test func aSpecialTokenEndsAnAnswer() throws {
        let chat = try chat()
        #expect(chat.endTokens == [end(chat)])
        #expect(chat.stopStrings.isEmpty)
    }

    @Test func plainTextEndsAnAnswer() throws {
        let chat = try chat("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}")
        #expect(chat.endTokens.isEmpty)
        #expect(chat.stopStrings == ["\nuser: "])
    }

    /// What a cache holds changes no token, and is not computed again.
    @Test func aCacheChangesNothing() throws {
        let chat = try chat()
        let cache = PromptCache()
        var messages = [message], computed: [Int] = []
        for turn in 0 ..< 3 {
            let prompt = try chat.promptTokens(messages)
            let options = GenerationOptions(prompt: prompt, sampling: .greedy, stop: StopConditions(maxTokens: 9))
            let (fresh, cached) = (try chat.model.generate(options), try chat.model.generate(options, reusing: cache))
            while try fresh.next() != nil {}
            while try cached.next() != nil {}
            #expect(cached.tokens == fresh.tokens)
            #expect(cache.tokens == fresh.tokens.dropLast())
            computed.append(cached.timings.prefillTokens)
            #expect(fresh.timings.prefillTokens == prompt.count)
            messages += [
                ChatMessage(
                    role: "assistant", try chat.model.tokenizer.decode(cached.completion, skipsSpecialTokens: true)),
                ChatMessage(role: "user", "turn \(["b", "c", "d"][turn])"),
            ]
        }
        #expect(computed[0] == 8)
        // The answer's last token was never computed; behind it come the end, the question and another end.
        #expect(computed[1] == 1 + 1 + 6 + 1)
    }

    @Test func aCacheForgets() throws {
        let chat = try chat()
        let cache = PromptCache()
        for text in ["the quick fox", "the quiet fox", "the quiet fox", "a"] {
            let prompt = try chat.model.promptTokens(text)
            let options = GenerationOptions(prompt: prompt, sampling: .greedy, stop: StopConditions(maxTokens: 5))
            let (fresh, cached) = (try chat.model.generate(options), try chat.model.generate(options, reusing: cache))
            while try fresh.next() != nil {}
            while try cached.next() != nil {}
            #expect(cached.tokens == fresh.tokens)
        }
        cache.clear()
        #expect(cache.tokens.isEmpty)
    }

    // MARK: Where templates are

    private func directory(_ files: [String: String]) throws -> String {
        let path = NSTemporaryDirectory() + "orrery-chat-" + UUID().uuidString
        for (name, text) in files {
            let file = URL(fileURLWithPath: path + "/" + name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        return path
    }

    @Test func templatesOfADirectory() throws {
        let path = try directory([
            "tokenizer_config.json":
                #"{"chat_template": [{"name": "default", "template": "D"}, {"name": "tool_use", "template": "T"}], "bos_token": {"content": "<s>"}, "eos_token": "</s>"}"#
        ])
        defer { try? FileManager.default.removeItem(atPath: path) }
        let files = try ChatTemplateFiles(path: path)
        #expect(files.template()?.source == "D")
        #expect(files.template(withTools: true)?.source == "T")
        #expect(files.template(named: "none") == nil)
        #expect(files.specialTokens == ["bos_token": "<s>", "eos_token": "</s>"])
        try "J".write(toFile: path + "/chat_template.jinja", atomically: true, encoding: .utf8)
        #expect(
            try ChatTemplateFiles(path: path).template(withTools: true)?.source == "J",
            "files of their own replace all of the field")
    }

    /// As transformers 5 writes several.
    @Test func templateFiles() throws {
        let path = try directory([
            "chat_template.jinja": "D", "additional_chat_templates/rag.jinja": "R",
            "additional_chat_templates/tool_use.jinja": "T",
        ])
        defer { try? FileManager.default.removeItem(atPath: path) }
        let files = try ChatTemplateFiles(path: path)
        #expect(
            files.template()?.source == "D" && files.template(withTools: true)?.source == "T"
                && files.template(named: "rag")?.source == "R")
    }

    /// Every form in which the field comes, and the file of a processor, which counts last.
    @Test(
        arguments: [
            (#""D""#, ["default": "D"]), (#"{"default": "D", "tool_use": "T"}"#, ["default": "D", "tool_use": "T"]),
            (#"[{"name": "rag", "template": "R"}]"#, ["rag": "R"]), ("null", [:]),
        ] as [(String, [String: String])]) func formsOfTheField(_ text: String, _ expected: [String: String]) throws
    {
        let field = "{\"chat_template\": \(text)}"
        for files in [["tokenizer_config.json": field], ["tokenizer_config.json": "{}", "chat_template.json": field]] {
            let path = try directory(files)
            defer { try? FileManager.default.removeItem(atPath: path) }
            let found = try ChatTemplateFiles(path: path).templates
            #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.source) }) == expected)
        }
        let both = try directory(["tokenizer_config.json": #"{"chat_template": "A"}"#, "chat_template.json": field])
        defer { try? FileManager.default.removeItem(atPath: both) }
        #expect(try ChatTemplateFiles(path: both).template()?.source == "A")
    }

    @Test(arguments: ["3", #"{"default": 3}"#, #"[{"name": "x"}]"#]) func brokenField(_ text: String) throws {
        let path = try directory(["tokenizer_config.json": "{\"chat_template\": \(text)}"])
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(
            OrreryGenerationTests.message { _ = try ChatTemplateFiles(path: path) }?.contains(
                "tokenizer_config.json: field \"chat_template") == true)
    }

    @Test func noTemplate() throws {
        let path = try directory(["tokenizer_config.json": "{}"])
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try ChatTemplateFiles(path: path).template() == nil)
    }

    @Test(arguments: ["chatml", "plain"]) func builtIn(_ name: String) throws {
        let template = try ChatTemplate(try #require(BuiltInTemplates.named[name]))
        let text = try template.render([
            ChatMessage(role: "system", "S"), ChatMessage(role: "user", "U"), ChatMessage(role: "assistant", "A"),
            ChatMessage(role: "user", "V"),
        ]).text
        #expect(
            text
                == (name == "chatml"
                    ? "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\nA<|im_end|>\n<|im_start|>user\nV<|im_end|>\n<|im_start|>assistant\n"
                    : "S\n\nUser: U\nAssistant: A\nUser: V\nAssistant:"))
    }
}
