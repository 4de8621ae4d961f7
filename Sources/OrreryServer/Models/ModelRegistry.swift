import Foundation
import Kernels
import Logging
import OrreryEngine
import OrreryGeneration
import OrreryModels

/// The models of a server, by the names that clients give them.
actor ModelRegistry {
    private let configuration: ServerConfiguration
    private let processor: Processor
    private let log: Logger
    private var entries: [Entry] = []

    private struct Entry {
        var name: String
        var path: String
        var adapters: [ServerConfiguration.ServedAdapter]
        var loading: Task<ServedModel, any Error>?
        var model: ServedModel?
    }

    /// How a model stands.
    struct Listing: Sendable {
        var name: String
        var isLoaded: Bool
        var model: ServedModel?
        /// The name of the model that an adapter belongs to; nil for a model.
        var parent: String?
    }

    /// - Throws: `APIError` where two models have one name.
    init(_ configuration: ServerConfiguration, _ processor: Processor, _ log: Logger) throws {
        self.configuration = configuration
        self.processor = processor
        self.log = log
        for model in configuration.models {
            let name = model.alias ?? Self.baseName(model.path)
            if entries.contains(where: { $0.name == name }) {
                throw APIError.invalid(nil, "two models are named \(name); expected --alias to tell them apart")
            }
            entries.append(Entry(name: name, path: model.path, adapters: model.adapters))
        }
    }

    /// The last part of a path, without `.gguf`.
    static func baseName(_ path: String) -> String {
        let name = (path as NSString).standardizingPath.split(separator: "/").last.map(String.init) ?? path
        return name
    }

    /// The models in the order in which they were given, each with its adapters after it.
    var listings: [Listing] {
        entries.flatMap { entry in
            [Listing(name: entry.name, isLoaded: entry.model != nil, model: entry.model)]
                + entry.adapters.enumerated().map { index, adapter in
                    Listing(
                        name: ServedModel.name(of: adapter, entry.name), isLoaded: entry.model != nil,
                        model: entry.model?.adapted[index], parent: entry.name)
                }
        }
    }

    /// The model of this name, loaded if it was not.
    ///
    /// - Parameter name: nil, or any name, means the only model of a server that has one.
    /// - Returns: the model, and a warning where it was not asked for by its name.
    /// - Throws: `APIError` for a name that is not known; what opening the model throws.
    func model(named name: String?) async throws -> (model: ServedModel, warning: String?) {
        if let name, let (index, adapter) = adapterIndex(of: name) {
            return (try await load(index).adapted[adapter], nil)
        }
        guard let index = index(of: name) else {
            let known = listings.map(\.name).joined(separator: ", ")
            throw APIError.notFound(
                name.map { "the model \($0) is not served here; expected one of \(known)" }
                    ?? "model is missing; expected one of \(known)", code: "model_not_found", param: "model")
        }
        let model = try await load(index)
        let warning =
            name.flatMap { $0 == model.name || $0.isEmpty ? nil : $0 }
            .map { "model: \($0) is not served here; \(model.name), the only one, has answered" }
        return (model, warning)
    }

    /// The model and its adapter of a name like `model:adapter`.
    private func adapterIndex(of name: String) -> (model: Int, adapter: Int)? {
        for (index, entry) in entries.enumerated() {
            // A file's name may be given without its ending.
            let names = [entry.name] + (entry.name.hasSuffix(".gguf") ? [String(entry.name.dropLast(5))] : [])
            let adapter = entry.adapters.firstIndex { adapter in
                names.contains { ServedModel.name(of: adapter, $0) == name }
            }
            if let adapter { return (index, adapter) }
        }
        return nil
    }

    private func index(of name: String?) -> Int? {
        if let index = entries.firstIndex(where: { $0.name == name }) { return index }
        // A file's name may be given without its ending.
        if let name, let index = entries.firstIndex(where: { $0.name == name + ".gguf" }) { return index }
        // With an adapter that is not there the base would answer in its stead.
        let namesAdapter = entries.contains { entry in
            !entry.adapters.isEmpty && name?.hasPrefix(entry.name + ":") == true
        }
        return entries.count == 1 && !namesAdapter ? 0 : nil
    }

    /// Loads all models.
    func loadAll() async throws { for index in entries.indices { _ = try await load(index) } }

    private func load(_ index: Int) async throws -> ServedModel {
        if let model = entries[index].model { return model }
        if let loading = entries[index].loading { return try await loading.value }
        let (name, path, adapters) = (entries[index].name, entries[index].path, entries[index].adapters)
        let (configuration, processor, log) = (configuration, processor, log)
        let task = Task.detached {
            try Processor.$current.withValue(processor) {
                try Self.open(name, path, adapters, configuration) { log.warning("\($0)") }
            }
        }
        entries[index].loading = task
        defer { entries[index].loading = nil }
        let model = try await task.value
        entries[index].model = model
        return model
    }

    private static func open(
        _ name: String, _ path: String, _ adapters: [ServerConfiguration.ServedAdapter],
        _ configuration: ServerConfiguration, warn: (String) -> Void
    ) throws -> ServedModel {
        let created = Int(Date().timeIntervalSince1970)
        do {
            let model = try TextModel.open(path, warn: warn)
            let engine = try Engine(model, configuration.engine)
            model.prepare(configuration.engine.computeType)
            return try ServedModel(name: name, path: path, model, engine, created: created, adapters)
        } catch let error as ModelError {
            // What has no next token may be an encoder.
            guard adapters.isEmpty, let encoder = try? SentenceEncoder.open(path, warn: warn) else { throw error }
            return ServedModel(
                name: name, path: path, .encoder(ServedEncoder(encoder, Processor.current)), created: created)
        }
    }

    /// The engines of the models that are loaded.
    var engines: [(name: String, engine: Engine)] {
        entries.compactMap { entry in
            guard case .language(_, _, let engine)? = entry.model?.kind else { return nil }
            return (entry.name, engine)
        }
    }
}
