import Foundation
import HubTestSupport
import OrreryHub
import Testing

/// Downloads from hubs that break off, lie about lengths, serve other bytes and send hostile names.
@Suite struct TroubleTests {
    private static let snapshot = "models--owner--name/snapshots/\(FakeHub.commit)"
    private static let weights = "models--owner--name/blobs/\(FakeHub.model["model.safetensors"]!.sha256)"

    /// A way in which a hub goes wrong, and how many bytes of the weights are asked for in the end.
    typealias Misbehaviour = @Sendable (_ request: Request, _ count: Int, _ reply: inout Reply) -> Void

    private func pull(
        _ misbehave: @escaping Misbehaviour, in scratch: Scratch, files: [String: FakeHub.Content] = FakeHub.model,
        name: String = "owner/name", token: String? = nil, stallTimeout: Double = 60
    ) async throws -> (model: PulledModel, hub: FakeHub, warnings: [String]) {
        let hub = try FakeHub(files, misbehave: misbehave), warnings = Lines()
        var settings = try hub.settings(scratch.path, token: token)
        settings.stallTimeout = stallTimeout
        let pull = try Hub(settings).pull(name, warn: warnings.add)
        return (try await pull.finish(), hub, warnings.all)
    }

    /// The error of a download that must fail.
    private func failure(
        _ misbehave: @escaping Misbehaviour, in scratch: Scratch, files: [String: FakeHub.Content] = FakeHub.model,
        name: String = "owner/name", token: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> HubError {
        let error = await #expect(throws: HubError.self, sourceLocation: sourceLocation) {
            _ = try await pull(misbehave, in: scratch, files: files, name: name, token: token)
        }
        return try #require(error, sourceLocation: sourceLocation)
    }

    private static func isWeights(_ request: Request) -> Bool {
        request.method == "GET" && request.path == "/\(FakeHub.model["model.safetensors"]!.sha256)"
    }

    // MARK: Connections

    /// A connection that breaks in the middle is continued from where it broke.
    @Test func breaksOff() async throws {
        let scratch = try Scratch()
        let (model, hub, warnings) = try await pull(
            { request, count, reply in if Self.isWeights(request), count < 3 { reply.breaksAfter = 70_000 } },
            in: scratch)
        #expect(try scratch.bytes("\(Self.snapshot)/model.safetensors") == hub.files["model.safetensors"]!.bytes)
        #expect(hub.storage.requests.map { $0.range?.start } == [nil, 70_000, 140_000, 210_000])
        #expect(warnings.count == 3 && model.receivedBytes > 300_000)
    }

    /// One that always breaks is given up, and a later run continues.
    @Test func givesUpAndContinues() async throws {
        let scratch = try Scratch()
        let error = try await failure(
            { request, count, reply in if Self.isWeights(request) { reply.breaksAfter = count == 0 ? 100_000 : 10 } },
            in: scratch)
        #expect(error.isTransient && "\(error)".contains("model.safetensors"), "\(error)")
        #expect(try scratch.bytes(Self.weights + ".incomplete").count == 100_030)
        #expect(
            !scratch.exists("\(Self.snapshot)/model.safetensors") && !scratch.exists("models--owner--name/refs/main"))
        let (_, hub, _) = try await pull({ _, _, _ in }, in: scratch)
        #expect(hub.storage.requests.map { $0.range?.start } == [100_030])
        #expect(try scratch.bytes(Self.weights) == hub.files["model.safetensors"]!.bytes)
    }

    /// A server that falls silent counts as one that broke off.
    @Test func stalls() async throws {
        let scratch = try Scratch()
        let (_, hub, warnings) = try await pull(
            { request, count, reply in
                if Self.isWeights(request), count == 0 { (reply.breaksAfter, reply.stalls) = (90_000, true) }
            }, in: scratch, stallTimeout: 20)  // a busy machine is silent for seconds too
        #expect(try scratch.bytes("\(Self.snapshot)/model.safetensors") == hub.files["model.safetensors"]!.bytes)
        #expect(hub.storage.requests.contains { $0.range?.start == 90_000 })
        #expect(warnings.contains { $0.contains("nothing came for 20 s") }, "\(warnings)")
    }

    /// A server that ignores the range sends all of it again, which is not appended.
    @Test func ignoresRange() async throws {
        let scratch = try Scratch(), bytes = FakeHub.model["model.safetensors"]!.bytes
        let (_, hub, warnings) = try await pull(
            { request, count, reply in
                guard Self.isWeights(request) else { return }
                if count == 0 { reply.breaksAfter = 120_000 } else { reply = Reply(body: bytes) }
            }, in: scratch)
        #expect(try scratch.bytes("\(Self.snapshot)/model.safetensors") == bytes)
        #expect(hub.storage.requests.count == 2 && warnings.last?.contains("does not continue") == true, "\(warnings)")
    }

    /// 429 and 5xx are tried again, after what the server asks for.
    @Test func busy() async throws {
        let scratch = try Scratch()
        let (_, hub, warnings) = try await pull(
            { request, count, reply in
                if request.path.hasPrefix("/api/"), count < 2 {
                    reply = Reply(
                        status: count == 0 ? 429 : 503,
                        headers: count == 0 ? ["RateLimit": "\"api\";r=0;t=0"] : ["Retry-After": "0.01"])
                }
            }, in: scratch)
        #expect(hub.server.requests.filter { $0.path.hasPrefix("/api/") }.count == 3)
        #expect(warnings.count == 2 && warnings[0].contains("429"), "\(warnings)")
        let error = try await failure({ request, _, reply in reply = Reply(status: 500) }, in: try Scratch())
        #expect(error.isTransient && "\(error)".contains("500"), "\(error)")
    }

    // MARK: Lies

    /// Other bytes than the hash says are discarded, and never get a name.
    @Test(arguments: ["model.safetensors", "config.json"]) func otherBytes(_ name: String) async throws {
        let scratch = try Scratch(), content = FakeHub.model[name]!
        let error = try await failure(
            { request, _, reply in
                if request.method == "GET", request.path.hasSuffix(content.isLarge ? content.sha256 : name) {
                    reply.body[reply.body.count / 2] ^= 1
                }
            }, in: scratch)
        #expect(error.isDamaged && "\(error)".contains(name), "\(error)")
        #expect(!scratch.exists("\(Self.snapshot)/\(name)"))
        #expect(!scratch.names().contains { $0.hasSuffix(content.tag) })
    }

    /// Two hashes of one file are an error before anything is downloaded.
    @Test func otherHash() async throws {
        let scratch = try Scratch(), other = String(repeating: "0f", count: 32)
        let error = try await failure(
            { request, _, reply in
                if request.method == "HEAD", request.path.hasSuffix("model.safetensors") {
                    reply.headers["X-Linked-Etag"] = "\"\(other)\""
                }
            }, in: scratch)
        #expect(error.isDamaged && "\(error)".contains(other), "\(error)")
        #expect(!scratch.names().contains { $0.hasSuffix(other) })
    }

    /// Where the hub has no hash of a file, that is said.
    @Test func unchecked() async throws {
        let listing =
            #"{"sha": "\#(FakeHub.commit)", "siblings": [{"rfilename": "config.json"}, {"rfilename": "model.safetensors"}]}"#
        let (model, hub, _) = try await pull(
            { request, _, reply in if request.path.hasPrefix("/api/") { reply = Reply(body: Array(listing.utf8)) } },
            in: try Scratch())
        #expect(model.uncheckedFiles == ["config.json"])
        #expect(model.byteCount == hub.files["config.json"]!.bytes.count + 300_000)
    }

    /// Where an earlier run left damaged bytes, they are replaced.
    @Test func damagedBeginning() async throws {
        let scratch = try Scratch()
        try scratch.put([UInt8](repeating: 7, count: 1000), at: Self.weights + ".incomplete")
        let (_, hub, warnings) = try await pull({ _, _, _ in }, in: scratch)
        #expect(try scratch.bytes(Self.weights) == hub.files["model.safetensors"]!.bytes)
        #expect(warnings.contains { $0.contains("damaged") })
    }

    /// A longer beginning than the file, too.
    @Test func tooLongBeginning() async throws {
        let scratch = try Scratch()
        try scratch.put([UInt8](repeating: 7, count: 400_000), at: Self.weights + ".incomplete")
        let (_, hub, _) = try await pull({ _, _, _ in }, in: scratch)
        #expect(try scratch.bytes(Self.weights) == hub.files["model.safetensors"]!.bytes)
    }

    /// Lengths that do not fit together are errors, whichever of them is wrong.
    @Test(arguments: [-1, 5, 299_999, 300_001, 1 << 60]) func lyingLength(_ length: Int) async throws {
        let scratch = try Scratch()
        if length == -1 {
            // More bytes than the hub has announced, without a length.
            let error = try await failure(
                { request, _, reply in
                    if Self.isWeights(request) { (reply.announced, reply.body) = (-1, reply.body + [1, 2, 3]) }
                }, in: scratch)
            #expect(error.isDamaged && "\(error)".contains("more than"), "\(error)")
        } else {
            let error = try await failure(
                { request, _, reply in if Self.isWeights(request) { reply.announced = length } }, in: scratch)
            #expect(error.isDamaged && "\(error)".contains("\(length)"), "\(error)")
            let linked = try await failure(
                { request, _, reply in
                    if request.path.hasSuffix("model.safetensors") { reply.headers["X-Linked-Size"] = "\(length)" }
                }, in: scratch)
            #expect(linked.isDamaged && "\(linked)".contains("300000"), "\(linked)")
        }
        #expect(!scratch.exists("\(Self.snapshot)/model.safetensors"))
    }

    /// A part of other bytes than were asked for is refused.
    @Test(arguments: ["bytes 0-9/300000", "bytes 100000-299999/999", "bytes 99999999999999999999-1/2", ""])
    func otherRange(_ range: String) async throws {
        let error = try await failure(
            { request, count, reply in
                guard Self.isWeights(request) else { return }
                if count == 0 { reply.breaksAfter = 100_000 } else { reply.headers["Content-Range"] = range }
            }, in: try Scratch())
        #expect(error.isDamaged && "\(error)".contains("other bytes"), "\(error)")
    }

    /// An entity tag becomes the name of a file, and so must not lead anywhere.
    @Test(arguments: ["../../../../evil", "", "a/b", "abc.lock", String(repeating: "a", count: 300)])
    func hostileTag(_ tag: String) async throws {
        let scratch = try Scratch()
        let error = try await failure(
            { request, _, reply in
                if reply.headers["ETag"] != nil { reply.headers["ETag"] = "\"\(tag)\"" }
            }, in: scratch)
        #expect("\(error)".contains("ETag"), "\(error)")
        #expect(!scratch.names().contains { $0.contains("evil") })
    }

    /// Names that lead out of the directory are left out, with a warning.
    @Test(arguments: [
        "../evil.safetensors", "/tmp/evil.safetensors", "a/../../evil.safetensors", "..\\evil.safetensors",
        "evil\u{0}.safetensors", "evil\u{202E}.safetensors", "a//evil.safetensors", "evil\n.safetensors",
        String(repeating: "evil", count: 100),
        String(repeating: "a/", count: 40) + "evil.safetensors",
    ]) func hostileName(_ name: String) async throws {
        let scratch = try Scratch(), cache = Scratch.path(scratch, "deep/er")
        let hub = try FakeHub(FakeHub.model.merging([name: .large(10)]) { $1 }), warnings = Lines()
        _ = try await Hub(hub.settings(cache)).pull("owner/name", warn: warnings.add).finish()
        #expect(warnings.all.count == 1 && warnings.all[0].contains("cannot be stored"), "\(warnings.all)")
        #expect(!warnings.all[0].unicodeScalars.contains { $0.value < 32 })
        #expect(!scratch.names().contains { $0.contains("evil") })
        #expect(throws: HubError.self) { try HubName("owner/name:" + name) }
    }

    /// A file that is the directory of another is an error, not a way out.
    @Test func fileAsDirectory() async throws {
        let files = FakeHub.model.merging(["1_Pooling": .small("x")]) { $1 }
        let model = try await pull({ _, _, _ in }, in: try Scratch(), files: files).model
        #expect(model.files.contains("1_Pooling/config.json"))
    }

    /// A list of sizes beyond all numbers is an error and not a crash, and one beyond the disk says so.
    @Test(arguments: ["9223372036854775807", "1125899906842624", "-5", "1e99", "\"x\""])
    func hostileSize(_ size: String) async throws {
        let listing = """
            {"sha": "\(FakeHub.commit)", "siblings": [{"rfilename": "config.json", "size": 3}, \
            {"rfilename": "model.safetensors", "size": \(size), "lfs": {"size": \(size), "sha256": 5}}]}
            """
        await #expect(throws: (any Error).self) {
            _ = try await pull(
                { request, _, reply in if request.path.hasPrefix("/api/") { reply = Reply(body: Array(listing.utf8)) }
                },
                in: try Scratch())
        }
    }

    @Test(arguments: ["", "[]", "{", "<html>", #"{"sha": "main"}"#, #"{"sha": "../../x", "siblings": []}"#])
    func noListing(_ text: String) async throws {
        await #expect(throws: (any Error).self) {
            _ = try await pull(
                { request, _, reply in if request.path.hasPrefix("/api/") { reply = Reply(body: Array(text.utf8)) } },
                in: try Scratch())
        }
    }

    // MARK: Redirects

    /// Redirects in a circle, to other kinds of address and with passwords end.
    @Test(arguments: ["", "file:///etc/passwd", "http://user:word@127.0.0.1/", "ftp://127.0.0.1/", "SELF"])
    func strayRedirect(_ location: String) async throws {
        let error = try await failure(
            { request, _, reply in
                guard request.method == "GET", request.path.hasSuffix("model.safetensors") else { return }
                reply.headers["Location"] = location == "SELF" ? request.target : location
            }, in: try Scratch())
        // An empty one Foundation takes for a broken answer.
        #expect("\(error)".contains(location.isEmpty ? "model.safetensors" : "redirects"), "\(error)")
    }

    /// The list is never asked for elsewhere.
    @Test func redirectedListing() async throws {
        let other = try LocalServer { _ in Reply(body: Array("{}".utf8)) }
        defer { other.close() }
        let address = other.address
        let error = try await failure(
            { request, _, reply in
                if request.path.hasPrefix("/api/") { reply = Reply(status: 302, headers: ["Location": address + "/x"]) }
            }, in: try Scratch(), token: "hf_secret")
        #expect("\(error)".contains("another host") && other.requests.isEmpty, "\(error)")
    }

    // MARK: Refusals

    /// The hub's refusals in words that say what to do, and never with the token.
    @Test(arguments: [
        (401, "", "HF_TOKEN"), (401, "RepoNotFound", "no such model"), (403, "GatedRepo", "terms"),
        (403, "", "refuses"), (404, "RepoNotFound", "no such model"), (404, "RevisionNotFound", "no such revision"),
        (404, "EntryNotFound", "no such file"), (404, "", "not on the hub"), (451, "", "451"),
    ]) func refusal(_ status: Int, _ code: String, _ word: String) async throws {
        for token in [nil, "hf_secret"] {
            let error = try await failure(
                { _, _, reply in
                    reply = Reply(
                        status: status, headers: ["X-Error-Code": code, "X-Error-Message": "said \u{1B}[31mred"])
                }, in: try Scratch(), token: token)
            #expect("\(error)".contains(word) && "\(error)".contains("owner/name"), "\(error)")
            #expect(!"\(error)".contains("hf_secret") && !"\(error)".contains("\u{1B}"))
            #expect(error.isNotFound == (status == 404 || code == "RepoNotFound"))
            #expect(error.needsAccess == (code == "GatedRepo" || code.isEmpty && [401, 403].contains(status)))
        }
    }

    /// Offline nothing is asked.
    @Test func offline() async throws {
        let scratch = try Scratch(), hub = try FakeHub(FakeHub.model)
        var settings = try hub.settings(scratch.path)
        settings.isOffline = true
        let error = await #expect(throws: HubError.self) { try await Hub(settings).pull("owner/name").finish() }
        #expect("\(error!)".contains("HF_HUB_OFFLINE") && hub.server.requests.isEmpty)
    }

    /// Nobody answers.
    @Test func noServer() async throws {
        let scratch = try Scratch(), hub = try FakeHub([:])
        var settings = try hub.settings(scratch.path)
        settings.endpoint = "http://127.0.0.1:1"
        let error = await #expect(throws: HubError.self) { try await Hub(settings).pull("owner/name").finish() }
        #expect(error?.isTransient == true && "\(error!)".contains("127.0.0.1"), "\(error!)")
    }

    /// Another process that has the lock is waited for.
    @Test func waitsForLock() async throws {
        let scratch = try Scratch(), tag = FakeHub.model["model.safetensors"]!.sha256
        let path = try scratch.put("", at: ".locks/models--owner--name/\(tag).lock")
        let other = open(path, O_RDWR), warnings = Lines()
        #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
        let hub = try FakeHub(FakeHub.model), settings = try hub.settings(scratch.path)
        async let model = Hub(settings).pull("owner/name", warn: warnings.add).finish()
        while warnings.all.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!scratch.exists("\(Self.snapshot)/model.safetensors"))
        close(other)
        #expect(try await model.byteCount > 300_000)
        #expect(warnings.all[0].contains("another process"))
    }
}

extension Scratch {
    static func path(_ scratch: Scratch, _ name: String) -> String { scratch(name) }
}
