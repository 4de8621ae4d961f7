import Foundation
import OrreryFiles
import OrreryHub
import Synchronization

/// A hub with one repository, `owner/name`, whose large files lie on another host, as on the real one.
package final class FakeHub: Sendable {
    package struct Content: Sendable {
        package var bytes: [UInt8]
        /// Whether it lies on the other host, under its SHA-256.
        package var isLarge: Bool

        package init(bytes: [UInt8], isLarge: Bool) { (self.bytes, self.isLarge) = (bytes, isLarge) }

        package var sha256: String {
            var hash = SHA256()
            hash.add(bytes)
            return hash.hexadecimal
        }
        package var git: String {
            var hash = SHA1(gitBlobOf: bytes.count)
            hash.add(bytes)
            return hash.hexadecimal
        }
        package var tag: String { isLarge ? sha256 : git }
    }

    package static let commit = String(repeating: "c0ffee15", count: 5)

    package let files: [String: Content]
    package let server: LocalServer
    /// The other host.
    package let storage: LocalServer

    /// - Parameter misbehave: changes an answer of the hub or of the other host, by the number of earlier requests of
    ///   the same method to the same path.
    package init(
        _ files: [String: Content],
        misbehave: @escaping @Sendable (_ request: Request, _ count: Int, _ reply: inout Reply) -> Void = { _, _, _ in }
    ) throws {
        self.files = files
        let counts = Mutex<[String: Int]>([:])
        @Sendable func finished(_ request: Request, _ reply: Reply) -> Reply {
            let count = counts.withLock { counts in
                counts[request.method + request.path, default: -1] += 1
                return counts[request.method + request.path]!
            }
            var reply = reply
            misbehave(request, count, &reply)
            return reply
        }
        let storage = try LocalServer { request in
            let content = files.values.first { "/" + $0.sha256 == request.path }
            return finished(request, content.map { Self.part($0.bytes, request) } ?? Reply(status: 404))
        }
        self.storage = storage
        server = try LocalServer { request in finished(request, Self.answer(request, files, storage.address)) }
    }

    deinit {
        server.close()
        storage.close()
    }

    /// Settings for this hub, with a cache of one's own.
    package func settings(_ cache: String, token: String? = nil) throws -> HubSettings {
        var settings = try HubSettings(environment: [
            "HF_ENDPOINT": server.address, "HF_HUB_CACHE": cache, "HOME": cache,
        ])
        settings.token = token
        settings.retries = RetryPolicy(attempts: 4, firstDelay: 0.001)
        settings.stallTimeout = 600  // a busy machine is not a hub that stalls
        return settings
    }

    private static func answer(_ request: Request, _ files: [String: Content], _ storage: String) -> Reply {
        if request.path.hasPrefix("/api/models/owner/name/revision/") { return listing(files) }
        // As the real one answers for what it does not have.
        if request.path.hasPrefix("/api/") { return Reply(status: 401, headers: ["X-Error-Code": "RepoNotFound"]) }
        let prefix = "/owner/name/resolve/\(commit)/"
        guard request.path.hasPrefix(prefix), let content = files[String(request.path.dropFirst(prefix.count))] else {
            return Reply(status: 404, headers: ["X-Error-Code": "EntryNotFound"])
        }
        let common = ["X-Repo-Commit": commit, "Accept-Ranges": "bytes"]
        guard content.isLarge else {
            return part(content.bytes, request, common.merging(["ETag": "\"\(content.git)\""]) { $1 })
        }
        return Reply(
            status: 302,
            headers: common.merging([
                "Location": "\(storage)/\(content.sha256)", "X-Linked-Etag": "\"\(content.sha256)\"",
                "X-Linked-Size": "\(content.bytes.count)", "ETag": "\"something else\"",
            ]) { $1 }, body: Array("Found".utf8))
    }

    /// The bytes, or the range of them that was asked for.
    private static func part(_ bytes: [UInt8], _ request: Request, _ headers: [String: String] = [:]) -> Reply {
        guard let range = request.range else { return Reply(headers: headers, body: bytes) }
        let end = min(range.end ?? bytes.count, bytes.count)
        guard range.start < end else { return Reply(status: 416, headers: ["Content-Range": "bytes */\(bytes.count)"]) }
        let header = ["Content-Range": "bytes \(range.start)-\(end - 1)/\(bytes.count)"]
        return Reply(
            status: 206, headers: headers.merging(header) { $1 }, body: Array(bytes[range.start ..< end]))
    }

    private static func listing(_ files: [String: Content]) -> Reply {
        let siblings = files.sorted { $0.key < $1.key }.map { name, content in
            var entry: JSONObject = [
                "rfilename": JSONValue(name), "size": JSONValue(content.bytes.count), "blobId": JSONValue(content.git),
            ]
            if content.isLarge {
                entry["lfs"] = .object(["sha256": JSONValue(content.sha256), "size": JSONValue(content.bytes.count)])
            }
            return JSONValue.object(entry)
        }
        let object: JSONObject = ["id": "owner/name", "sha": JSONValue(commit), "siblings": JSONValue(siblings)]
        return Reply(
            headers: ["Content-Type": "application/json"], body: Array(JSONValue.object(object).text(.compact).utf8))
    }
}

extension FakeHub.Content {
    package static func small(_ text: String) -> Self { Self(bytes: Array(text.utf8), isLarge: false) }

    /// So many bytes that repeat nowhere soon.
    package static func large(_ count: Int, seed: UInt64 = 1) -> Self {
        var state = seed
        let bytes = (0 ..< count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        return Self(bytes: bytes, isLarge: true)
    }
}

extension FakeHub {
    /// The files of a model that nobody could run.
    package static let model: [String: Content] = [
        "config.json": .small(#"{"model_type": "llama"}"#), "tokenizer.json": .small("{}"),
        "model.safetensors": .large(300_000), "README.md": .small("A model."), "pytorch_model.bin": .large(1000),
        "onnx/model.onnx": .large(1000, seed: 3),
        "1_Pooling/config.json": .small(#"{"pooling_mode_mean_tokens": true}"#),
    ]
}

/// Collects lines from another thread.
package final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    package init() {}

    package var all: [String] { lines.withLock { $0 } }
    package func add(_ line: String) { lines.withLock { $0.append(line) } }
}
