import Foundation
import OrreryFiles
import OrreryHTTP

/// Which hub is asked, with which token, and where its files are kept: what the environment says, by the names and rules
/// of Python's huggingface_hub.
public struct HubSettings: Sendable {
    /// The hub's address, without a slash at its end. `HF_ENDPOINT`, or https://huggingface.co.
    public var endpoint: String
    /// The token sent to the hub, and to no other host. `HF_TOKEN`, or the file that `hf auth login` writes.
    public var token: String?
    /// The directory of downloaded models. `HF_HUB_CACHE`, or `hub` in `HF_HOME`.
    public var cacheDirectory: String
    /// Whether nothing may be asked of the network. `HF_HUB_OFFLINE`.
    public var isOffline: Bool
    /// Seconds without a byte after which a connection counts as broken. `HF_HUB_DOWNLOAD_TIMEOUT`.
    public var stallTimeout: Double
    /// How often, and after what time, a request is repeated that has failed.
    package var retries = RetryPolicy()
    /// The most bytes that one request asks for.
    package var pieceSize = 256 << 20

    /// Reads the settings from an environment.
    ///
    /// - Throws: `HubError` if the endpoint is not an address.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let paths = HubPaths(environment)
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        func isTrue(_ name: String) -> Bool { ["1", "ON", "YES", "TRUE"].contains(value(name)?.uppercased()) }
        endpoint = try Self.endpoint(value("HF_ENDPOINT") ?? "https://huggingface.co")
        token = isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") ? nil : Self.token(environment, paths)
        cacheDirectory = paths.cache
        isOffline = isTrue("HF_HUB_OFFLINE") || value("HF_HUB_OFFLINE") == nil && isTrue("TRANSFORMERS_OFFLINE")
        stallTimeout =
            value("HF_HUB_DOWNLOAD_TIMEOUT").flatMap(Double.init).flatMap { $0 > 0 ? min($0, 3600) : nil } ?? 30
    }

    private static func endpoint(_ text: String) throws -> String {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        guard let url = URL(string: text), Origin(url) != nil, url.query == nil, url.fragment == nil else {
            throw HubError(
                .setting, "HF_ENDPOINT",
                "expected an address such as https://huggingface.co, found \(FileError.quoted(text))")
        }
        return text
    }

    private static func token(_ environment: [String: String], _ paths: HubPaths) -> String? {
        let named = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        let text =
            named ?? (try? WholeFile.read(paths.token, limit: 1 << 16)).map { String(decoding: $0, as: UTF8.self) }
        let token = text?.filter { !$0.isNewline }.trimmingCharacters(in: .whitespaces)
        // What is no visible ASCII cannot stand in a header.
        return token.flatMap { $0.isEmpty || !$0.utf8.allSatisfy { (0x21 ... 0x7E).contains($0) } ? nil : $0 }
    }
}

/// The places that huggingface_hub's constants.py makes of the environment.
struct HubPaths {
    let cache: String
    let token: String

    init(_ environment: [String: String]) {
        func expanded(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : Self.expanded($0, environment) }
        }
        let home = Self.expanded("~", environment)
        let caches = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? Path.join(home, ".cache")
        let base = expanded("HF_HOME") ?? Self.expanded(Path.join(caches, "huggingface"), environment)
        cache = expanded("HF_HUB_CACHE") ?? expanded("HUGGINGFACE_HUB_CACHE") ?? Path.join(base, "hub")
        token = expanded("HF_TOKEN_PATH") ?? Path.join(base, "token")
    }

    /// The path with `~` at its beginning, `$NAME` and `${NAME}` replaced; names that are not set stay as they are.
    private static func expanded(_ path: String, _ environment: [String: String]) -> String {
        var path = path
        if path == "~" || path.hasPrefix("~/") {
            path = (environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory()) + path.dropFirst()
        }
        return path.replacing(/\$(?:\{([^}]*)\}|([A-Za-z0-9_]+))/) { match in
            environment[String(match.1 ?? match.2 ?? "")] ?? String(match.0)
        }
    }
}
