import OrreryFiles

/// A hub of models, as huggingface.co, and the directory where what it gave is kept.
///
/// The directory is that of Python's huggingface_hub: what either downloads both find.
public struct Hub: Sendable {
    /// Which hub is asked, and where its files are kept.
    public var settings: HubSettings

    /// A hub by the environment: `HF_ENDPOINT`, `HF_TOKEN`, `HF_HOME` and their relatives.
    ///
    /// - Throws: `HubError` if the environment names something that is not an address.
    public init() throws { settings = try HubSettings() }

    /// A hub with settings of one's own.
    public init(_ settings: HubSettings) { self.settings = settings }

    /// Downloads a model, as far as it is not here: configuration, tokenizer and weights as safetensors, or one GGUF
    /// file with all its parts.
    ///
    /// - Parameters:
    ///   - name: `OWNER/NAME`, with `@REVISION` and `:FILE` where they matter. A file may be a quantisation: `Q4_K_M`.
    ///   - revision: a branch, tag or commit; nil means that of the name, or `main`.
    ///   - warn: receives a line for each thing that went wrong and was mended, on the thread of the download.
    /// - Throws: `HubError` if the name is none. What goes wrong later the sequence throws.
    public func pull(
        _ name: String, revision: String? = nil, warn: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> Pull {
        Pull(name: try HubName(name, revision: revision), settings: settings, warn: warn)
    }

    /// The models that are here, by name.
    public func models() -> [CachedModel] { HubCache(settings).models() }

    /// Where a model lies that has been downloaded; nothing is asked of the network.
    ///
    /// - Throws: `HubError` if the name is none, or the model is not here or only in part.
    public func path(of name: String) throws -> String { try HubCache(settings).path(of: HubName(name)) }

    /// What a name that may be a path or a model of the hub leads to, without the network: a path that exists is itself;
    /// a name of the hub is where its download lies; anything else stays as it is.
    ///
    /// - Throws: `HubError` for a name of the hub whose model is not here, or only in part.
    public static func localPath(of text: String) throws -> String {
        guard FileStatus(text) == nil, !text.hasPrefix("/"), !text.hasPrefix("."), let name = try? HubName(text) else {
            return text
        }
        let settings = try HubSettings()
        do { return try HubCache(settings).path(of: name) } catch let error as HubError where error.code == .notPulled {
            // Most probably a file that is not there.
            guard name.hasOwner, !looksLikeFile(name.repository) else { return text }
            throw error
        }
    }

    private static func looksLikeFile(_ name: String) -> Bool {
        [".gguf", ".safetensors", ".json", ".model", ".txt", ".tiktoken"].contains { name.lowercased().hasSuffix($0) }
    }
}
