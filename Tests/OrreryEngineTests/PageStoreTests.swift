import Foundation
import Kernels
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryNN
import OrreryTokenizers
import Synchronization
import Testing

/// Pages in files are found again after a restart, checked before they are believed, and change no text.
@Suite(.serialized) struct PageStoreTests {
    /// A directory of its own, removed at the end.
    final class Place {
        let path = FileManager.default.temporaryDirectory.path + "/orrery-pages-\(UUID().uuidString)"

        init() throws {
            try Directory.createAll(path + "/model")
            try AtomicFile.write("{}", to: path + "/model/config.json")
        }

        deinit { try? Directory.removeTree(path) }

        /// Every page, by its path.
        func pages() throws -> [String] {
            try Directory.names(in: path + "/cache").flatMap { name -> [String] in
                let directory = path + "/cache/" + name
                guard FileStatus(directory)?.kind == .directory else { return [] }
                return try Directory.names(in: directory).map { directory + "/" + $0 }
            }
        }
    }

    private static func model(_ kind: TestModel, at place: Place) throws -> TextModel {
        let model = try kind.make()
        return try TextModel(model.model, tokenizer: model.tokenizer, path: place.path + "/model")
    }

    private static func configuration(
        _ place: Place, _ cache: CacheType = .float32, limit: Int = 1 << 30, warnings: Warnings? = nil
    ) -> EngineConfiguration {
        var configuration = EngineConfiguration(computeType: .float32, cacheType: cache, cacheMemory: 64 << 20)
        configuration.cacheDirectory = place.path + "/cache"
        configuration.cacheDirectoryLimit = limit
        if let warnings { configuration.warn = { line in warnings.lines.withLock { $0.append(line) } } }
        return configuration
    }

    final class Warnings: Sendable {
        let lines = Mutex<[String]>([])
    }

    /// What one engine computes of these requests, all at once.
    private static func read(
        _ requests: [EngineRequest], _ model: TextModel, _ configuration: EngineConfiguration
    ) async throws -> (texts: [[EngineTests.Text]], cached: Int, statistics: EngineStatistics) {
        let engine = try Engine(model, configuration)
        let results = try await withThrowingTaskGroup(of: (Int, [EngineTests.Text], EngineUsage).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask {
                    let (texts, usage) = try await EngineTests.read(engine, request)
                    return (index, texts, usage)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
        }
        await engine.flush()
        return (results.map(\.1), results.reduce(0) { $0 + $1.2.cachedTokens }, engine.statistics)
    }

    @Test(arguments: TestModel.all, [CacheType.float32, .bfloat16, .q8_0])
    func aRestartedEngineFindsThem(_ kind: TestModel, _ cache: CacheType) async throws {
        let place = try Place(), model = try Self.model(kind, at: place)
        let requests = try EngineTests.requests(model, seed: 3, count: 12, type: .float32, cache)
        let first = try await Self.read(requests, model, Self.configuration(place, cache))
        #expect(try place.pages().count == first.statistics.storedPages && first.statistics.storedPages > 3)
        #expect(first.statistics.loadedPages == 0)
        let second = try await Self.read(requests, model, Self.configuration(place, cache))
        #expect(second.texts == first.texts && second.statistics.loadedPages > 3)
        for (texts, request) in zip(second.texts, requests) {
            for (choice, text) in texts.enumerated() {
                #expect(try text == EngineTests.alone(model, request.options, choice: choice))
            }
        }
    }

    /// With hardly any memory the pages of others make room while pages are being read.
    @Test func littleMemory() async throws {
        let place = try Place(), model = try Self.model(.qwen3, at: place)
        let requests = try EngineTests.requests(model, seed: 4, count: 20, type: .float32, .float32)
        let first = try await Self.read(requests, model, Self.configuration(place))
        var little = Self.configuration(place)
        little.cacheMemory = first.statistics.cacheBytes / max(1, first.statistics.storedPages) * 8
        let second = try await Self.read(requests, model, little)
        #expect(second.texts == first.texts)
    }

    @Test(arguments: ["flipped", "short", "long", "empty", "swapped", "gone"])
    func damagedPagesAreComputedAgain(_ damage: String) async throws {
        let place = try Place(), model = try Self.model(.qwen3, at: place), warnings = Warnings()
        let requests = try EngineTests.requests(model, seed: 5, count: 6, type: .float32, .float32)
        let first = try await Self.read(requests, model, Self.configuration(place))
        let pages = try place.pages()
        for (index, page) in pages.enumerated() {
            var bytes = try WholeFile.read(page)
            switch damage {
            case "flipped": bytes[bytes.count / 2] ^= 1
            case "short": bytes.removeLast()
            case "long": bytes.append(0)
            case "empty": bytes = []
            case "swapped": bytes = try WholeFile.read(pages[(index + 1) % pages.count])
            default: try Directory.removeTree(page)
            }
            if damage != "gone" { try AtomicFile.write(bytes, to: page + ".new") }
        }
        if damage != "gone" { for page in pages { try Directory.rename(page + ".new", to: page) } }
        let second = try await Self.read(requests, model, Self.configuration(place, warnings: warnings))
        #expect(second.texts == first.texts && second.statistics.loadedPages == 0)
        let lines = warnings.lines.withLock { $0 }
        #expect(lines.isEmpty == (damage == "gone"), "\(lines)")
        #expect(lines.allSatisfy { $0.hasPrefix("a page of the cache is computed again: ") && $0.contains(".page") })
        // What was damaged is whole again.
        #expect(try await Self.read(requests, model, Self.configuration(place)).statistics.loadedPages > 0)
    }

    /// Another model, or other settings, have pages of their own.
    @Test func pagesOfOthersAreNotTaken() async throws {
        let place = try Place(), model = try Self.model(.qwen3, at: place)
        let requests = try EngineTests.requests(model, seed: 6, count: 4, type: .float32, .float32)
        _ = try await Self.read(requests, model, Self.configuration(place))
        try AtomicFile.write("{ }", to: place.path + "/model/config.json")
        #expect(try await Self.read(requests, model, Self.configuration(place)).statistics.loadedPages == 0)
        let other = try await Self.read(requests, model, Self.configuration(place, .bfloat16))
        #expect(other.statistics.loadedPages == 0)
        #expect(try Directory.names(in: place.path + "/cache").count == 3)
    }

    /// What was used longest ago makes room, and nothing else is touched.
    @Test func theLimitHolds() async throws {
        let place = try Place(), model = try Self.model(.qwen3, at: place)
        let requests = try EngineTests.requests(model, seed: 7, count: 30, type: .float32, .float32)
        _ = try await Self.read(Array(requests.prefix(5)), model, Self.configuration(place))
        let directory = place.path + "/cache/" + (try Directory.names(in: place.path + "/cache")[0])
        let page = try WholeFile.read(try place.pages()[0]).count
        for foreign in [directory + "/notes.txt", place.path + "/cache/other.page"] {
            try AtomicFile.write(String(repeating: "x", count: 10 * page), to: foreign)
        }
        let limit = 6 * page
        let result = try await Self.read(requests, model, Self.configuration(place, limit: limit))
        #expect(result.statistics.storedPages > 6)
        let kept = try place.pages().filter { $0.hasSuffix(".page") }
        #expect(!kept.isEmpty && kept.count <= 6)
        #expect(FileStatus(directory + "/notes.txt") != nil && FileStatus(place.path + "/cache/other.page") != nil)
    }

    @Test func whatCannotBeWrittenIsSaidOnce() async throws {
        let place = try Place(), model = try Self.model(.qwen3, at: place), warnings = Warnings()
        let requests = try EngineTests.requests(model, seed: 8, count: 6, type: .float32, .float32)
        let configuration = Self.configuration(place, warnings: warnings)
        let engine = try Engine(model, configuration)
        for name in try Directory.names(in: place.path + "/cache") {
            try Directory.removeTree(place.path + "/cache/" + name)
        }
        for request in requests { _ = try await EngineTests.read(engine, request) }
        await engine.flush()
        let lines = warnings.lines.withLock { $0 }
        #expect(lines.count == 1 && lines[0].hasPrefix("pages of the cache are not kept: "), "\(lines)")
    }

    @Test func aModelInMemoryHasNoFiles() throws {
        let place = try Place(), model = try TestModel.qwen3.make()
        let error = #expect(throws: EngineError.self) { try Engine(model, Self.configuration(place)) }
        #expect("\(error!)".hasPrefix("`cacheDirectory` is given; expected nil"))
    }
}
