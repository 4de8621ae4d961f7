import Foundation
import OrreryFiles
import Testing

/// Settings of `orrery serve` from the command line, the environment and a file.
@Suite struct SettingsTests {
    /// What `--print-config` says of a setting: its values joined, and where they come from.
    private func settings(
        _ arguments: [String], _ environment: [String: String] = [:]
    ) async throws -> [String: (value: String, place: String)] {
        let outcome = try await orrery(
            ["serve"] + arguments + ["--print-config", "--json"], environment: environment)
        guard case .array(let list)? = try outcome.json()["settings"] else { return [:] }
        var found: [String: (value: String, place: String)] = [:]
        for setting in list {
            guard case .string(let name)? = setting["name"], case .array(let values)? = setting["values"],
                case .string(let source)? = setting["source"]
            else { continue }
            let texts = values.map { if case .string(let text) = $0 { text } else { "?" } }
            let place = if case .string(let place)? = setting["place"] { place } else { source }
            found[name] = (texts.joined(separator: " "), place)
        }
        return found
    }

    @Test func theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() async throws {
        let scratch = try Scratch()
        let file = try scratch.put(
            #"{"port": 1, "host": "file", "cache_memory": "1GB", "alias": ["x", "y"], "models": ["m", "n"]}"#,
            at: "serve.json")
        let found = try await settings(
            ["--port", "3", "--config", file],
            ["ORRERY_SERVE_PORT": "2", "ORRERY_SERVE_HOST": "environment", "ORRERY_SERVE_MAX_QUEUE": ""])
        #expect(found["port"]! == ("3", "command line"))
        #expect(found["host"]! == ("environment", "ORRERY_SERVE_HOST"))
        #expect(found["cache-memory"]! == ("1GB", "\(file): cache_memory"))
        #expect(found["alias"]! == ("x y", "\(file): alias"))
        #expect(found["models"]! == ("m n", "\(file): models"))
        #expect(found["max-queue"]! == ("", "default"))
    }

    @Test func listsAreTakenWhole() async throws {
        let scratch = try Scratch()
        let file = try scratch.put(#"{"allow-host": "c", "threads": 2}"#, at: "serve.json")
        let found = try await settings(
            ["a", "b", "--alias", "x"],
            [
                "ORRERY_SERVE_CONFIG": file, "ORRERY_SERVE_MODELS": "m,n", "ORRERY_SERVE_ALIAS": "y,z",
                "ORRERY_SERVE_ALLOW_ORIGIN": "https://a,https://b",
            ])
        #expect(found["models"]! == ("a b", "command line"))
        #expect(found["alias"]! == ("x", "command line"))
        #expect(found["allow-origin"]! == ("https://a https://b", "ORRERY_SERVE_ALLOW_ORIGIN"))
        #expect(found["allow-host"]! == ("c", "\(file): allow-host"))
        #expect(found["threads"]! == ("2", "\(file): threads"))
        #expect(found["config"]! == (file, "ORRERY_SERVE_CONFIG"))
    }

    @Test func everyFlagIsASetting() async throws {
        let help = try await orrery(["serve", "--help"]).output
        let flags = help.matches(of: /(?m)^  (?:-., )?--([a-z-]+)/).map { String($0.1) }
        let names = Set(try await settings(["m"]).keys)
        #expect(Set(flags).subtracting(["help", "version", "json", "print-config"]) == names.subtracting(["models"]))
    }

    private static let wrong: [(environment: [String: String], file: String, message: String)] = [
        (["ORRERY_SERVE_PORT": "70000"], "{}", "ORRERY_SERVE_PORT: expected 0 to 65535, found 70000"),
        (["ORRERY_SERVE_PORT": "x"], "{}", "ORRERY_SERVE_PORT: expected a number, found x"),
        (
            ["ORRERY_SERVE_PROT": "1"], "{}",
            "ORRERY_SERVE_PROT is not a setting of orrery serve; did you mean ORRERY_SERVE_PORT?"
        ),
        ([:], #"{"port": -1}"#, "FILE: port: expected 0 to 65535, found -1"),
        ([:], #"{"cache_memory": "lots"}"#, "FILE: cache_memory: expected bytes, such as 500MB or 2GB, found lots"),
        ([:], #"{"prot": 1}"#, "FILE: \"prot\" is not a setting; did you mean \"port\"?"),
        ([:], #"{"host": ["a"]}"#, "FILE: \"host\": expected a text, a number, true or false, found [\"a\"]"),
        ([:], #"{"alias": [{}]}"#, "FILE: \"alias\": expected texts or numbers, found {}"),
        (
            [:], #"{"max-queue": 1, "max_queue": 2}"#,
            "FILE: \"max-queue\" and \"max_queue\" are one setting; expected it once"
        ),
        ([:], "[]", "FILE: expected a JSON object, found an array"), ([:], "{", "FILE: byte 1"),
    ]

    @Test func whatIsWrongIsNamed() async throws {
        let scratch = try Scratch()
        for (environment, content, message) in Self.wrong {
            let file = try scratch.put(content, at: "serve.json")
            let outcome = try await orrery(
                ["serve", "m", "--config", file, "--print-config"], environment: environment)
            #expect(outcome.status != 0)
            let expected = "orrery: " + message.replacing("FILE", with: file)
            #expect(outcome.errors.hasPrefix(expected), "\(outcome.errors)")
        }
        let missing = try await orrery(["serve", "m", "--config", scratch("nowhere.json"), "--print-config"])
        #expect(missing.status == 1 && missing.errors.contains(scratch("nowhere.json")))
        let none = try await orrery(["serve", "--print-config"])
        #expect(none.status == 2 && none.errors.hasPrefix("orrery: expected <models>"), "\(none.errors)")
    }

    @Test func columnsForPeople() async throws {
        let outcome = try await orrery(
            ["serve", "m", "--print-config"], environment: ["ORRERY_SERVE_PORT": "9000"])
        let lines = outcome.output.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(outcome.status == 0)
        #expect(lines.first == "models m command line")
        #expect(lines.contains("port 9000 ORRERY_SERVE_PORT"))
        #expect(lines.contains("max-queue 256 default"))
    }
}
