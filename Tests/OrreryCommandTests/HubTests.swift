import Foundation
import HubTestSupport
import Synchronization
import Testing

/// `orrery pull` and `orrery models`, and names of the hub wherever a command takes a model.
@Suite struct HubTests {
    private func environment(_ hub: FakeHub, _ scratch: Scratch) -> [String: String] {
        ["HF_ENDPOINT": hub.server.address, "HF_HUB_CACHE": scratch("cache"), "HOME": scratch.path, "HF_TOKEN": ""]
    }

    /// A model that can be run, as a hub has it.
    private func model() async throws -> [String: FakeHub.Content] {
        var files: [String: FakeHub.Content] = [:]
        for (name, content) in try await Example.model.value.files("model") where !name.contains("/") {
            files[name] = FakeHub.Content(bytes: content.bytes, isLarge: name.hasSuffix(".safetensors"))
        }
        return files
    }

    /// Pulled once, then used by name without the network.
    @Test func wholeWay() async throws {
        let scratch = try Scratch(), hub = try FakeHub(try await model()), environment = environment(hub, scratch)
        let before = try await orrery(["generate", "owner/name", "-p", "s"], environment: environment)
        #expect(before.status == 1 && before.errors.contains("orrery pull owner/name"), "\(before)")
        #expect(hub.server.requests.isEmpty)
        let empty = try await orrery(["models"], environment: environment)
        #expect(empty.status == 0 && empty.output == "" && empty.errors.contains("no models"), "\(empty)")

        let pulled = try await orrery(["pull", "owner/name"], environment: environment)
        #expect(pulled.status == 0 && pulled.output.contains("downloaded"), "\(pulled)")
        let again = try await orrery(["pull", "owner/name"], environment: environment)
        #expect(again.status == 0 && again.output.contains("was here already"), "\(again)")
        hub.server.close()

        let models = try await orrery(["models"], environment: environment)
        #expect(models.status == 0 && models.output.contains("owner/name  main"), "\(models)")
        for command in [
            "generate owner/name -p sun -n 2 --seed 1", "explain owner/name sun", "inspect owner/name",
            "bench model owner/name -p 2 -n 2 --repetitions 1", "tokenize owner/name --text sun",
            "chat owner/name -p sun -n 2",
            "eval owner/name --data @text.txt", "convert owner/name @model.gguf",
            "logits owner/name --ids @ids.json --out @l.safetensors",
            "tokenizer convert owner/name --out @t", "train --from owner/name --data @text.txt --steps 2 --out @tuned",
            "train --tokenizer owner/name --data @text.txt --steps 2 --out @other --layers 1 --width 8 --heads 1",
            "generate -m owner/name@\(FakeHub.commit) -p sun -n 2",
        ] {
            try scratch.put(Example.text, at: "text.txt")
            try scratch.put("[[1, 2, 3]]", at: "ids.json")
            let words = command.split(separator: " ").map {
                String($0).replacing("@", with: $0.hasPrefix("@") ? scratch.path + "/" : "@")
            }
            let outcome = try await orrery(words, environment: environment)
            #expect(outcome.status == 0, "\(command)\n\(outcome)")
        }
        #expect(try await orrery(["models", "--json"], environment: environment).json()["models"]?["x"] == nil)
    }

    /// Ctrl-C ends with status 130 and keeps what has arrived, and a second run continues it.
    @Test func interrupted() async throws {
        let scratch = try Scratch()
        let isInterrupted = Mutex(false)
        let hub = try FakeHub(FakeHub.model) { request, count, reply in
            guard reply.body.count >= 100_000, !isInterrupted.withLock({ $0 }) else { return }
            (reply.breaksAfter, reply.stalls) = (count == 0 ? 200_000 : 0, true)
        }
        let environment = environment(hub, scratch)
        let partial = scratch("cache/models--owner--name/blobs/\(hub.files["model.safetensors"]!.sha256).incomplete")
        let command = try Command(["pull", "owner/name"], environment: environment)
        await command.send(SIGINT) { (try? Data(contentsOf: URL(fileURLWithPath: partial)).count) == 200_000 }
        let outcome = try await command.outcome()
        #expect(outcome.status == 130 && outcome.errors.contains("orrery pull owner/name continues"), "\(outcome)")
        isInterrupted.withLock { $0 = true }
        let report = try await orrery(["pull", "owner/name", "--json"], environment: environment).json()
        #expect(report["downloaded_bytes"] == 100_000)
    }

    /// Wrong names are the command line's, refusals the hub's.
    @Test func statuses() async throws {
        let scratch = try Scratch(), hub = try FakeHub([:]), environment = environment(hub, scratch)
        defer { withExtendedLifetime(hub) {} }
        #expect(try await orrery(["pull", "a/b/c"], environment: environment).status == 2)
        let none = try await orrery(["pull", "no/such"], environment: environment)
        #expect(none.status == 1 && none.errors.hasPrefix("orrery: no/such: the hub has no such model"), "\(none)")
        let offline = try await orrery(
            ["pull", "a/b"], environment: environment.merging(["HF_HUB_OFFLINE": "1"]) { $1 })
        #expect(offline.status == 1 && offline.errors.contains("HF_HUB_OFFLINE"))
    }

    /// A disk that is full is said, and what has arrived stays.
    @Test func fullDisk() async throws {
        let scratch = try Scratch(), hub = try FakeHub(FakeHub.model)
        let outcome = try await orrery(
            ["pull", "owner/name"], prelude: "trap '' XFSZ; ulimit -f 200", environment: environment(hub, scratch))
        #expect(outcome.status == 1 && outcome.errors.contains("cannot write"), "\(outcome)")
        #expect(
            try scratch.files("cache").keys.contains { $0.hasSuffix(".incomplete") }
                && !scratch.files("cache").keys.contains { $0.hasSuffix("snapshots/model.safetensors") })
    }
}
