import Foundation
import OrreryCommand
import OrreryFiles
import Testing

/// `orrery generate` with several texts: where prompts come from, in which order texts come, and that none depends on
/// another.
@Suite struct GenerateTests {
    private func objects(
        _ arguments: [String], input: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [JSONValue] {
        let outcome = try await orrery(
            ["generate", try await Example.model.value("model"), "-n", "5", "--temperature", "2", "--json"] + arguments,
            input: input)
        try #require(outcome.status == 0, "\(outcome.errors)", sourceLocation: sourceLocation)
        return try outcome.output.split(separator: "\n").map {
            try JSONValue(parsing: String($0), file: "standard output")
        }
    }

    /// The parts of an object that are the same in every run.
    private func lasting(_ object: JSONValue) -> JSONValue? {
        guard case .object(var members) = object else { return nil }
        for name in ["prefill_tokens_per_s", "decode_tokens_per_s", "prompt_index", "sample"] { members[name] = .null }
        return .object(members)
    }

    @Test func eachTextIsItsPromptAndSeed() async throws {
        let found = try await objects(["-p", "sun", "-p", "moon the", "--samples", "3", "--seed", "11"])
        #expect(found.map { $0["prompt_index"] } == [0, 0, 0, 1, 1, 1])
        #expect(found.map { $0["sample"] } == [0, 1, 2, 0, 1, 2])
        #expect(found.map { $0["sampling"]?["seed"] } == [11, 12, 13, 11, 12, 13])
        #expect(found.map { $0["prompt_tokens"] } == [3, 3, 3, 8, 8, 8])
        #expect(Set(found.map { $0["text"]?.text(.compact) }).count > 2)
        for (index, object) in found.enumerated() {
            let prompt = index < 3 ? "sun" : "moon the"
            for flags in [["-t", "1"], ["-t", "2", "--samples", "2"]] {
                let alone = try await objects(["-p", prompt, "--seed", "\(11 + index % 3)"] + flags)
                #expect(lasting(alone[0]) == lasting(object), "\(prompt) \(flags)")
            }
        }
    }

    /// Weights in blocks, whose products meet one row or many.
    @Test(arguments: ["q8_0", "q4_0"]) func quantised(_ type: String) async throws {
        let scratch = try Scratch()
        _ = try await orrery([
            "convert", try await Example.model.value("model"), scratch("m.gguf"), "--type", type, "--json",
        ]).json()
        func run(_ flags: String...) async throws -> [JSONValue?] {
            let outcome = try await orrery(
                ["generate", scratch("m.gguf"), "-p", "the", "-n", "8", "--temperature", "2", "--json"] + flags)
            return try outcome.output.split(separator: "\n").map {
                lasting(try JSONValue(parsing: String($0), file: "standard output"))
            }
        }
        let together = try await run("--samples", "4", "--seed", "3")
        #expect(together.count == 4)
        for sample in 0 ..< 4 { #expect(try await run("--seed", "\(3 + sample)", "-t", "1") == [together[sample]]) }
    }

    /// Every flag of the row reaches the options, and with a bias of 100 a token is the only one.
    @Test func theRowHasFlags() async throws {
        let names = [
            "typical-p", "top-n-sigma", "xtc-probability", "xtc-threshold", "dry-multiplier", "dry-base",
            "dry-allowed-length", "dry-penalty-last-n", "dynatemp-range", "dynatemp-exponent", "mirostat",
            "mirostat-tau", "mirostat-eta",
        ]
        let values = ["0.9", "1.5", "0.25", "0.125", "0.75", "2.5", "3", "-1", "0.5", "0.25", "2", "4.5", "0.75"]
        let flags = zip(names, values).map { "--\($0)=\($1)" }
        let object = try await orrery(
            [
                "generate", try await Example.model.value("model"), "-p", "the", "-n", "3", "--json", "--logit-bias",
                "4=100", "--logit-bias", "5=-100", "--dry-sequence-breaker", "a", "--dry-sequence-breaker", "b c",
            ] + flags
        ).json()
        for (name, value) in zip(names, values) {
            let found = try #require(object["sampling"]?[name.replacing("-", with: "_")])
            #expect(found == .double(Double(value)!) || found == .int(Int64(value) ?? .min), "\(name)")
        }
        #expect([[[4, 100], [5, -100]], [[4, 100.0], [5, -100.0]]].contains(object["sampling"]?["logit_bias"]))
        #expect(object["sampling"]?["dry_sequence_breakers"] == ["a", "b c"])
        #expect(object["ids"] == [4, 4, 4])
    }

    @Test func promptsComeFromFiles() async throws {
        let scratch = try Scratch()
        try scratch.put("sun\n\nthe moon\r\n", at: "prompts.txt")
        try scratch.put("{\"prompt\": \"sun\", \"id\": 5}\n{\"prompt\": \"the moon\"}\n", at: "prompts.jsonl")
        let seed = ["--seed", "2"]
        let expected = try await objects(["-p", "sun", "-p", "the moon"] + seed).map(lasting)
        #expect(expected.count == 2)
        #expect(try await objects(["--prompts", scratch("prompts.txt")] + seed).map(lasting) == expected)
        #expect(try await objects(["--prompts", scratch("prompts.jsonl")] + seed).map(lasting) == expected)
        for name in ["prompts.txt", "prompts.jsonl"] {
            #expect(
                try await objects(["--prompts", "-"] + seed, input: scratch.content(name).text).map(lasting) == expected
            )
        }
        #expect(
            try PromptFile.prompts(in: "\u{FEFF}{\"prompt\": \"a\u{2028}b\"}\r\n\r\n", name: "x.jsonl") == [
                "a\u{2028}b"
            ])
        #expect(
            try PromptFile.prompts(in: "{\"a\": 1}\n a\u{85}b", name: "standard input", isStream: true) == [
                "{\"a\": 1}", " a\u{85}b",
            ])
        // One prompt that is piped, with or without being asked for, and a text that only looks like JSON.
        #expect(try await objects(seed, input: "sun\n").map(lasting) == [expected[0]])
        #expect(try await objects(["-p", "-"] + seed, input: "sun").map(lasting) == [expected[0]])
        #expect(try await objects(["-p", "sun"] + seed, input: "moon").map(lasting) == [expected[0]])
    }

    @Test func textForPeople() async throws {
        let model = try await Example.model.value("model")
        func text(_ arguments: String...) async throws -> Command.Outcome {
            try await orrery(["generate", model, "-n", "4", "--seed", "1"] + arguments)
        }
        let first = try await text("-p", "sun").output, second = try await text("-p", "moon").output
        let both = try await text("-p", "sun", "-p", "moon")
        #expect(both.output == first + "\n" + second)
        #expect(both.errors.contains("text 1 of 2") && both.errors.contains("text 2 of 2"))
    }

    @Test(arguments: [
        (["-p", "a", "--prompts", "x"], 2, "--prompt and --prompts: expected one of them"),
        (["-p", "-", "-p", "-"], 2, "--prompt -: standard input can be read once"),
        (["--samples", "0"], 2, "--samples: expected 1 to 100000, found 0"),
        (["--repetition-penalty", "0"], 2, "--repetition-penalty is 0.0"),
        (["--presence-penalty", "nan"], 2, "--presence-penalty is nan"),
        (["--prompts", "@none.txt"], 1, "none.txt: cannot open"),
        (["--prompts", "@empty.txt"], 1, "empty.txt: expected at least one prompt, found none"),
        (["--prompts", "@bad.jsonl"], 1, "bad.jsonl, line 2: expected an object with the text \"prompt\""),
        (["--prompts", "@broken.jsonl"], 1, "broken.jsonl, line 1: byte"),
        (["--prompts", "@latin.txt"], 1, "latin.txt: expected UTF-8 text"),
        (
            ["-p", "sun", "-p", "sunsunsunsunsunsunsun"], 1,
            "prompt 2 of 2: the prompt has 21 tokens; expected at most 15"
        ), (["-p", "sun", "-p", "☃"], 1, "prompt 2 of 2: the prompt: character U+2603"),
    ]) func refused(_ flags: [String], _ status: Int32, _ says: String) async throws {
        let scratch = try Scratch()
        try scratch.put("\n \n", at: "empty.txt")
        try scratch.put("{\"prompt\": \"a\"}\n{\"text\": \"a\"}\n", at: "bad.jsonl")
        try scratch.put("{", at: "broken.jsonl")
        try scratch.put([0xE9, 10], at: "latin.txt")
        let outcome = try await orrery(
            ["generate", try await Example.model.value("model")]
                + flags.map { $0.replacing("@", with: scratch.path + "/") })
        #expect(outcome.status == status && outcome.errors.contains(says) && outcome.output == "", "\(outcome.errors)")
    }

    /// Behind the first text that has not ended, others wait.
    @Test func orderOfTexts() {
        var texts = OrderedTexts(), shown: [OrderedTexts.Event] = []
        func add(_ text: String, _ index: Int, last: Bool = false) {
            texts.add(text, to: index, isLast: last) { shown.append($0) }
        }
        add("", 0)
        add("b", 1)
        add("a", 0)
        add("B", 1, last: true)
        #expect(shown == [.begin(0), .text("a")])
        add("A", 0, last: true)
        #expect(shown.dropFirst(2) == [.text("A"), .end(0, whole: "aA"), .begin(1), .text("bB"), .end(1, whole: "bB")])
        add("", 3, last: true)
        add("c", 2, last: true)
        #expect(shown.dropFirst(7) == [.begin(2), .text("c"), .end(2, whole: "c"), .begin(3), .end(3, whole: "")])
    }
}
