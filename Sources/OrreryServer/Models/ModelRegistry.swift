import Foundation
import Kernels
import Logging
import OrreryEngine
import OrreryModels

/// The models of a server, by the names that clients give them: each is opened when it is first asked for, and let go
/// when others need its memory and nobody uses it.
package actor ModelRegistry {
    /// The memory that weights may take.
    nonisolated let budget: ModelBudget
    private let opening: ModelOpening
    private let log: Logger
    private let patience: Duration
    private var entries: [Entry] = []
    private var clock = 0
    /// Requests that wait for memory.
    private let waiting = WakeUps()

    private struct Entry {
        var name: String
        var path: String
        var adapters: [ServerConfiguration.ServedAdapter]
        var header: ModelHeader
        /// What its weights take, by its header until it was opened for the first time.
        var bytes: Int
        var state = State.unloaded
        var lastUse = 0
        /// Requests that have asked for it and do not hold it yet.
        var wanted = 0
        var loads = 0
    }

    private enum State {
        case unloaded
        case loading(Task<Void, any Error>)
        case loaded(ServedModel)
    }

    /// How a model stands.
    package struct Listing: Sendable {
        package enum State: String, Sendable { case unloaded, loading, loaded }

        package var name: String
        package var state: State
        /// What its weights take, or will take by its header.
        package var bytes: Int
        /// How often it has been opened.
        package var loads: Int
        /// What its files say.
        var header: ModelHeader
        /// The model, where it is in memory.
        var model: ServedModel?
        /// The name of the model that an adapter belongs to; nil for a model.
        var parent: String?
    }

    /// Reads the headers of all models, and opens none.
    ///
    /// - Throws: an error that names a file which is no model, is larger than the memory for models, or two that have one
    ///   name.
    package init(_ configuration: ServerConfiguration, _ processor: Processor, _ log: Logger) throws {
        var engine = configuration.engine
        if engine.cacheMemory == nil, configuration.models.count > 1 {
            // What one engine would take by itself is for all.
            engine.cacheMemory = (AvailableMemory.bytes ?? 4 << 30) / 4 / configuration.models.count
        }
        let draft = configuration.draftModel.map { DraftOpening($0, isOptional: configuration.models.count > 1) }
        opening = ModelOpening(engine, draft: draft, processor)
        patience = .seconds(configuration.modelWaitSeconds)
        self.log = log
        for model in configuration.models {
            let name = model.alias ?? Self.baseName(model.path)
            if entries.contains(where: { $0.name == name }) {
                throw APIError.invalid(nil, "two models are named \(name); expected --alias to tell them apart")
            }
            let header = try ModelHeader(model.path)
            entries.append(
                Entry(
                    name: name, path: model.path, adapters: model.adapters, header: header, bytes: header.bytes))
        }
        budget = ModelBudget(configuration.modelMemory, largest: entries.map(\.bytes).max() ?? 0)
        for entry in entries where entry.bytes > budget.bytes {
            throw APIError.invalid(
                nil,
                "\(entry.path): its weights take \(entry.bytes) bytes; expected at most --model-memory, \(budget.bytes)"
            )
        }
    }

    /// The last part of a path, without `.gguf`.
    static func baseName(_ path: String) -> String {
        let name = (path as NSString).standardizingPath.split(separator: "/").last.map(String.init) ?? path
        return name
    }

    // MARK: What there is

    /// The models in the order in which they were given, each with its adapters after it.
    package var listings: [Listing] {
        entries.flatMap { entry in [listing(entry)] + entry.adapters.indices.map { listing(entry, adapter: $0) } }
    }

    /// How the model of this name stands; nil where there is none.
    func listing(of name: String) -> Listing? {
        if let (model, adapter) = adapterIndex(of: name) { return listing(entries[model], adapter: adapter) }
        return index(of: name).map { listing(entries[$0]) }
    }

    private func listing(_ entry: Entry, adapter: Int) -> Listing {
        var listing = listing(entry)
        listing.name = ServedModel.name(of: entry.adapters[adapter], entry.name)
        listing.parent = entry.name
        listing.model = listing.model?.adapted[adapter]
        return listing
    }

    private func listing(_ entry: Entry) -> Listing {
        var listing = Listing(
            name: entry.name, state: .unloaded, bytes: entry.bytes, loads: entry.loads, header: entry.header)
        switch entry.state {
        case .unloaded: break
        case .loading: listing.state = .loading
        case .loaded(let model): (listing.state, listing.model) = (.loaded, model)
        }
        return listing
    }

    private func index(of name: String?) -> Int? {
        if let index = entries.firstIndex(where: { $0.name == name }) { return index }
        // A file's name may be given without its ending, and with the tag that ollama's clients put behind a name.
        guard let name else { return nil }
        let bare = Self.withoutTag(name)
        return entries.firstIndex { [bare, bare + ".gguf"].contains($0.name) }
    }

    private static func withoutTag(_ name: String) -> String {
        name.hasSuffix(":latest") ? String(name.dropLast(7)) : name
    }

    /// The model and its adapter of a name like `model:adapter`.
    private func adapterIndex(of name: String?) -> (model: Int, adapter: Int)? {
        guard let name = name.map(Self.withoutTag) else { return nil }
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

    /// Whether a name is that of an adapter which is not there: the base must not answer in its stead.
    private func namesAdapter(_ name: String?) -> Bool {
        entries.contains { !$0.adapters.isEmpty && name?.hasPrefix($0.name + ":") == true }
    }

    // MARK: Asking for one

    /// Opens the first model, so that what is wrong with it is known before anybody asks.
    package func openFirst() async throws { if !entries.isEmpty { _ = try await use(0) } }

    /// The model of this name, opened if it is not in memory. It stays there as long as the result is held.
    ///
    /// - Parameter name: nil, or any name, means the only model of a server that has one.
    /// - Returns: the model, and a warning where it was not asked for by its name.
    /// - Throws: `APIError` for a name that is not known, a model that cannot be opened, or where the others are busy
    ///   and leave too little memory.
    package func model(named name: String?) async throws -> (use: ModelUse, warning: String?) {
        let adapted = adapterIndex(of: name), known = adapted?.model ?? index(of: name)
        guard let index = known ?? (entries.count == 1 && !namesAdapter(name) ? 0 : nil) else {
            let names = listings.map(\.name).joined(separator: ", ")
            throw APIError.notFound(
                name.map { "the model \($0) is not served here; expected one of \(names)" }
                    ?? "model is missing; expected one of \(names)", code: "model_not_found", param: "model")
        }
        let use: ModelUse
        do { use = try await self.use(index, adapter: adapted?.adapter) } catch let error as APIError {
            throw error
        } catch {
            log.error("\(error)")
            throw APIError(
                status: 500, type: "server_error", param: "model", code: "model_not_loaded",
                message: "\(entries[index].name) could not be opened: \(error)")
        }
        guard known == nil, let name, !name.isEmpty else { return (use, nil) }
        return (use, "model: \(name) is not served here; \(use.served.name), the only one, has answered")
    }

    private func use(_ index: Int, adapter: Int? = nil) async throws -> ModelUse {
        clock += 1
        entries[index].lastUse = clock
        entries[index].wanted += 1
        defer { entries[index].wanted -= 1 }
        let deadline = ContinuousClock.now + patience
        while true {
            switch entries[index].state {
            case .loaded(let model): return ModelUse(adapter.map { model.adapted[$0] } ?? model, of: model)
            case .loading(let task): try await task.value
            case .unloaded:
                if let victims = budget.victims(for: entries[index].bytes, among: held) {
                    victims.forEach(letGo)
                    let task = Task { try await self.open(index) }
                    entries[index].state = .loading(task)
                } else {
                    try await waitForMemory(entries[index].name, until: deadline)
                }
            }
        }
    }

    private func open(_ index: Int) async throws {
        defer {
            Storage.releaseCache()
            waiting.wakeAll()
        }
        let entry = entries[index]
        do {
            let (kind, adapted, bytes) = try await opening.open(entry.path, entry.adapters) { [log] in
                if entry.loads == 0 { log.warning("\($0)") }
            }
            let models = zip(entry.adapters, adapted).map { adapter, kind in
                ServedModel(
                    name: ServedModel.name(of: adapter, entry.name), path: adapter.path, kind, parent: entry.name)
            }
            let model = ServedModel(name: entry.name, path: entry.path, kind, adapted: models) { [weak self] in
                Task { await self?.becameIdle(index) }
            }
            entries[index].state = .loaded(model)
            entries[index].loads += 1
            entries[index].bytes = bytes
        } catch {
            entries[index].state = .unloaded
            throw error
        }
        // It may have become larger than its file.
        budget.victims(for: 0, among: held)?.forEach(letGo)
    }

    private var held: [ModelBudget.Held] {
        entries.indices.compactMap { index in
            let entry = entries[index]
            var held = ModelBudget.Held(index: index, bytes: entry.bytes, isBusy: true, lastUse: entry.lastUse)
            switch entry.state {
            case .unloaded: return nil
            case .loading: break
            case .loaded(let model): held.isBusy = entry.wanted > 0 || model.useCount > 0
            }
            return held
        }
    }

    /// The engines of the models that are in memory.
    var engines: [(name: String, engine: Engine)] {
        entries.compactMap { entry in
            guard case .loaded(let model) = entry.state, case .language(_, _, let engine) = model.kind else {
                return nil
            }
            return (entry.name, engine)
        }
    }

    private func letGo(_ index: Int) { entries[index].state = .unloaded }

    private func becameIdle(_ index: Int) {
        if case .loaded(let model) = entries[index].state, model.leaves, entries[index].wanted == 0 {
            letGo(index)
            Storage.releaseCache()
        }
        waiting.wakeAll()
    }

    // MARK: Waiting for memory

    /// The requests that wait for the memory of others.
    package var waitingRequests: Int { waiting.count }

    private func waitForMemory(_ name: String, until deadline: ContinuousClock.Instant) async throws {
        guard ContinuousClock.now < deadline else {
            throw APIError.overloaded(
                "\(name) is not in memory, and the models that are have requests running; try again later", after: 5)
        }
        await waiting.wait(until: deadline)
    }
}
