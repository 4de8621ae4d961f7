import Foundation
import HubTestSupport
import OrreryHub
import Testing

/// A download from a hub that behaves.
@Suite struct PullTests {
    private static let snapshot = "models--owner--name/snapshots/\(FakeHub.commit)"

    /// A model of a directory, in Python's layout, without what Orrery does not read.
    @Test func directory() async throws {
        let scratch = try Scratch(), hub = try FakeHub(FakeHub.model)
        let model = try await Hub(hub.settings(scratch.path)).pull("owner/name").finish()
        #expect(model.path == scratch(Self.snapshot) && model.commit == FakeHub.commit && model.uncheckedFiles == [])
        let expected = ["1_Pooling/config.json", "config.json", "model.safetensors", "tokenizer.json"]
        #expect(model.files.sorted() == expected)
        #expect(model.receivedBytes == expected.map { hub.files[$0]!.bytes.count }.reduce(0, +))
        for name in expected {
            let content = hub.files[name]!, link = scratch("\(Self.snapshot)/\(name)")
            #expect(try scratch.bytes("\(Self.snapshot)/\(name)") == content.bytes)
            let up = String(repeating: "../", count: name.split(separator: "/").count + 1)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == up + "blobs/" + content.tag)
        }
        #expect(try scratch.bytes("models--owner--name/refs/main") == Array(FakeHub.commit.utf8))
        #expect(scratch.exists(".locks/models--owner--name/\(hub.files["config.json"]!.tag).lock"))
        #expect(scratch.exists("CACHEDIR.TAG"))
        #expect(!scratch.names().contains { $0.contains("incomplete") || $0.contains("tmp-") })
    }

    /// What is here is not downloaded again, and what the network is asked is the list alone.
    @Test func again() async throws {
        let scratch = try Scratch(), hub = try FakeHub(FakeHub.model), here = Hub(try hub.settings(scratch.path))
        _ = try await here.pull("owner/name").finish()
        let (before, stored) = (hub.server.requests.count, hub.storage.requests.count)
        let model = try await here.pull("owner/name").finish()
        #expect(model.receivedBytes == 0 && model.byteCount > 300_000)
        #expect(hub.server.requests.count == before + 1 && hub.storage.requests.count == stored)
    }

    /// Progress only grows, ends at the whole, and has the model in its last element.
    @Test func progress() async throws {
        let scratch = try Scratch(), hub = try FakeHub(FakeHub.model)
        var settings = try hub.settings(scratch.path)
        settings.pieceSize = 50_000
        var last: PullProgress?
        for try await progress in try Hub(settings).pull("owner/name") {
            #expect(progress.completedBytes >= last?.completedBytes ?? 0 && progress.fileCount == 4)
            last = progress
        }
        #expect(last?.fraction == 1 && last?.model?.path == scratch(Self.snapshot))
        // A large file comes in pieces.
        #expect(hub.storage.requests.compactMap { $0.range?.start } == [0, 50_000, 100_000, 150_000, 200_000, 250_000])
    }

    /// The token goes to the hub, and not to where it redirects.
    @Test func tokenStaysHome() async throws {
        let scratch = try Scratch(), hub = try FakeHub(FakeHub.model)
        _ = try await Hub(hub.settings(scratch.path, token: "hf_secret")).pull("owner/name").finish()
        #expect(hub.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
        #expect(!hub.storage.requests.isEmpty)
        #expect(hub.storage.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    /// Redirects within the hub, as of a model that has got another name, are followed with the token.
    @Test func renamed() async throws {
        let scratch = try Scratch()
        let hub = try FakeHub(FakeHub.model) { request, _, reply in
            guard request.path.contains("old/model") else { return }
            reply = Reply(
                status: 307,
                headers: ["Location": request.target.replacingOccurrences(of: "old/model", with: "owner/name")])
        }
        let model = try await Hub(hub.settings(scratch.path, token: "hf_secret")).pull("old/model").finish()
        #expect(model.path == scratch("models--old--model/snapshots/\(FakeHub.commit)"))
        #expect(hub.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    }

    /// The same content is stored once.
    @Test func sharedContent() async throws {
        let scratch = try Scratch(), text = "{}"
        let hub = try FakeHub([
            "config.json": .small(text), "tokenizer.json": .small(text), "model.safetensors": .large(10),
        ])
        _ = try await Hub(hub.settings(scratch.path)).pull("owner/name").finish()
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch("models--owner--name/blobs")).count == 2)
        #expect(hub.server.requests.filter { $0.method == "GET" && $0.path.hasSuffix(".json") }.count == 1)
    }

    /// A revision has its own file, which names its commit.
    @Test func revision() async throws {
        let scratch = try Scratch(), hub = try FakeHub(FakeHub.model), here = Hub(try hub.settings(scratch.path))
        _ = try await here.pull("owner/name", revision: "refs/pr/1").finish()
        #expect(hub.server.requests[0].target == "/api/models/owner/name/revision/refs%2Fpr%2F1?blobs=true")
        #expect(try scratch.bytes("models--owner--name/refs/refs/pr/1") == Array(FakeHub.commit.utf8))
        #expect(try here.path(of: "owner/name@refs/pr/1") == scratch(Self.snapshot))
        #expect(try here.path(of: "owner/name@\(FakeHub.commit)") == scratch(Self.snapshot))
        #expect(throws: HubError.self) { try here.path(of: "owner/name") }
        #expect(throws: HubError.self) { try here.pull("owner/name@a", revision: "b") }
    }

    /// A cancelled task ends the download, and what has arrived is used by the next one.
    @Test func cancelled() async throws {
        let scratch = try Scratch()
        let hub = try FakeHub(FakeHub.model) { request, count, reply in
            guard reply.body.count > 100_000, count == 0 else { return }
            (reply.breaksAfter, reply.stalls) = (150_000, true)
        }
        let here = Hub(try hub.settings(scratch.path))
        let task = Task { try await here.pull("owner/name").finish() }
        while try scratch.names().first(where: { $0.hasSuffix(".incomplete") }).map({ try scratch.bytes($0).count })
            != 150_000
        {
            try await Task.sleep(for: .milliseconds(5))
        }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        let model = try await here.pull("owner/name").finish()
        #expect(try scratch.bytes("\(Self.snapshot)/model.safetensors") == hub.files["model.safetensors"]!.bytes)
        #expect(model.receivedBytes < 200_000 && hub.storage.requests.last?.range?.start == 150_000)
    }
}
