import Foundation
import OrreryCommand
import OrreryFiles
import Testing

/// What options have in common across commands: their short names, the names of types, what help says, and the seed.
@Suite struct OptionTests {
    /// Every command with its options, as ArgumentParser describes them.
    private static func commands() async throws -> [(name: String, arguments: [JSONValue])] {
        let help = try await orrery(["--experimental-dump-help"]).output
        func walk(_ command: JSONValue, _ path: String) throws -> [(name: String, arguments: [JSONValue])] {
            guard case .string(let own)? = command["commandName"] else {
                throw FileError.content("help", expected: "commandName")
            }
            let name = path + own
            let arguments = if case .array(let all)? = command["arguments"] { all } else { [JSONValue]() }
            let below = if case .array(let all)? = command["subcommands"] { all } else { [JSONValue]() }
            return [(name, arguments)] + (try below.flatMap { try walk($0, name + " ") })
        }
        return try walk(#require(JSONValue(parsing: help, file: "help")["command"]), "")
    }

    private func names(_ argument: JSONValue) -> [String] {
        guard case .array(let all)? = argument["names"] else { return [] }
        return all.compactMap { name in
            guard case .string(let kind)? = name["kind"], case .string(let text)? = name["name"] else { return nil }
            return (kind == "short" ? "-" : "--") + text
        }
    }

    @Test func helpSaysWhatDefaultsAre() async throws {
        for (command, arguments) in try await Self.commands() {
            for argument in arguments
            where argument["kind"] == "option" && argument["isOptional"] == true && argument["defaultValue"] == nil {
                guard case .string(let help)? = argument["abstract"] else { continue }
                #expect(
                    help.contains("(default: ") || help.hasPrefix("The same as <"),
                    "\(command) \(names(argument)): \(help)")
            }
        }
    }

    @Test func shortNamesMeanTheSameEverywhere() async throws {
        let meanings: [String: Set<String>] = [
            "-m": ["--model"], "-p": ["--prompt", "--prompt-tokens"], "-n": ["--max-tokens", "--new-tokens"],
            "-t": ["--threads"], "-o": ["--out"], "-c": ["--context"],
        ]
        for (command, arguments) in try await Self.commands() {
            for argument in arguments {
                let names = names(argument), long = names.filter { $0.hasPrefix("--") }
                for (short, meaning) in meanings {
                    #expect(!names.contains(short) || !meaning.isDisjoint(with: long), "\(command): \(names)")
                    #expect(
                        names.contains(short) || meaning.isDisjoint(with: long), "\(command): \(names) lacks \(short)")
                }
                #expect(
                    names != ["--overwrite"] || argument["abstract"] == "Replace what is at the output.", "\(command)")
                #expect(names != ["--field"] || argument["valueName"] == "name", "\(command)")
            }
        }
    }

    @Test(arguments: ["bf16", "BF16", "bfloat16", "BFloat16"]) func namesOfBfloat16(_ name: String) async throws {
        let model = try await Example.model.value("model"), scratch = try Scratch()
        let generated = try await orrery([
            "generate", "-m", model, "-p", "sun", "-n", "1", "--dtype", name, "--cache-type", name, "--activations",
            "INT8", "-t", "1", "--json",
        ]).json()
        #expect(
            generated["dtype"] == "bfloat16" && generated["cache_type"] == "bf16" && generated["activations"] == "int8")
        #expect(
            try await orrery(["convert", model, "-o", scratch("m"), "--type", name, "--json"]).json()["type"] == "bf16")
        #expect(
            try await orrery(["inspect", model, "--cache-type", name, "-c", "8", "--json"]).json()["cache_type"]
                == "bf16")
    }

    @Test(arguments: [
        ("F16", "f16"), ("float16", "f16"), ("fp16", "f16"), ("Half", "f16"), ("FLOAT32", "f32"), ("Q8_0", "q8_0"),
        ("q4-0", "q4_0"), ("Q4_K_M", "q4_k_m"), ("Q4_K", "q4_k_m"),
    ])
    func namesOfStoredTypes(_ name: String, _ stored: String) async throws {
        let scratch = try Scratch()
        let converted = try await orrery([
            "convert", try await Example.model.value("model"), scratch("m.gguf"), "--type", name, "--json",
        ]).json()
        #expect(converted["type"] == .string(stored))
    }

    // MARK: The seed

    private func generate(_ flags: String...) async throws -> (seed: JSONValue?, ids: JSONValue?) {
        let object = try await orrery(
            [
                "generate", try await Example.model.value("model"), "-p", "the", "-n", "12", "--temperature", "2",
                "--json",
            ] + flags
        ).json()
        return (object["sampling"]?["seed"], object["ids"])
    }

    @Test func aSeedIsDrawnAndSaid() async throws {
        let one = try await generate(), other = try await generate("--seed", "-1")
        #expect(one.seed != other.seed, "two draws of 32 bits")
        guard case .int(let seed)? = one.seed else { throw FileError.content("standard output", expected: "a seed") }
        #expect(try await generate("--seed", "\(seed)").ids == one.ids)
        #expect(try await generate("--seed", "0").seed == 0)
        let model = try await Example.model.value("model")
        let shown = try await orrery(["generate", model, "-p", "the", "-n", "2"])
        #expect(shown.errors.contains(/seed [0-9]+/), "\(shown.errors)")
        #expect(try await !orrery(["generate", model, "-p", "the", "-n", "2", "--greedy"]).errors.contains("seed"))
    }

    @Test func trainingDrawsOneOnlyIfAsked() async throws {
        let scratch = try Scratch()
        #expect(try await Example.train(scratch).json()["seed"] == 1337)
        let drawn = try await Example.train(scratch, flags: ["--overwrite", "--seed", "-1"]).json()["seed"]
        #expect(drawn != 1337)
        guard case .int(let seed)? = drawn else { throw FileError.content("standard output", expected: "a seed") }
        let weights = try scratch.content("model/model.safetensors")
        _ = try await Example.train(scratch, flags: ["--overwrite", "--seed", "\(seed)"])
        #expect(try scratch.content("model/model.safetensors") == weights)
    }
}
