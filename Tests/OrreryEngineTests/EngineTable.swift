import Foundation
import Kernels
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers

/// The settings of an engine that must not change a text, each with its values.
struct EngineSettings: Sendable, Hashable, CustomStringConvertible {
    enum Prefix: String, CaseIterable { case recomputed, memory, disk }
    enum Speculation: String, CaseIterable { case off, lookup, draftModel }
    enum Weights: String, CaseIterable { case float32, q8_0, q4_0, q4_k_m }

    var batch = 1
    var chunk = 256
    var prefix = Prefix.recomputed
    var speculation = Speculation.off
    var threads = 1
    var weights = Weights.float32
    var cache = CacheType.float32
    var hasAdapter = false

    var description: String {
        "\(batch) at once, pieces of \(chunk), prefix \(prefix), guesses \(speculation), \(threads) threads, \(weights), cache \(cache.rawValue), \(hasAdapter ? "adapter" : "no adapter")"
    }

    /// A value of each setting, by its number.
    private init(_ numbers: [Int]) {
        batch = [1, 2, 4, 8, 16][numbers[0]]
        chunk = [1, 64, 256][numbers[1]]
        prefix = Prefix.allCases[numbers[2]]
        speculation = Speculation.allCases[numbers[3]]
        threads = numbers[4] + 1
        weights = Weights.allCases[numbers[5]]
        cache = [.float32, .q8_0][numbers[6]]
        hasAdapter = numbers[7] == 1
    }

    private static let counts = [5, 3, 3, 3, 2, 4, 2, 2]

    /// Every combination.
    static var all: [EngineSettings] {
        counts.reduce([[]]) { rows, count in rows.flatMap { row in (0 ..< count).map { row + [$0] } } }.map(Self.init)
    }

    /// A few combinations in which every two values of two settings meet.
    static var pairs: [EngineSettings] {
        struct Pair: Hashable { var first, a, second, b: Int }
        func pairs(_ row: [Int]) -> [Pair] {
            row.indices.flatMap { i in (0 ..< i).map { Pair(first: $0, a: row[$0], second: i, b: row[i]) } }
        }
        let rows = counts.reduce([[Int]]([[]])) { rows, count in
            rows.flatMap { row in (0 ..< count).map { row + [$0] } }
        }
        var left = Set(rows.flatMap(pairs)), chosen: [[Int]] = []
        while !left.isEmpty {
            let best = rows.max { a, b in pairs(a).count(where: left.contains) < pairs(b).count(where: left.contains) }!
            left.subtract(pairs(best))
            chosen.append(best)
        }
        return chosen.map(Self.init)
    }
}

/// The models and texts of the table, and what each request gives alone.
final class EngineTable {
    let requests: [EngineRequest]
    private let place: String
    private var models: [EngineSettings.Weights: TextModel] = [:]
    private var adapters: [EngineSettings.Weights: Adapter] = [:]
    private var draft: TextModel?
    private var truths: [String: [EngineTests.Text]] = [:]

    private static let shape: JSONObject = [
        "model_type": "llama", "vocab_size": 0, "hidden_size": 256, "intermediate_size": 512, "head_dim": 32,
        "num_attention_heads": 8, "num_key_value_heads": 2, "num_hidden_layers": 2, "tie_word_embeddings": true,
        "max_position_embeddings": 400,
    ]

    init() throws {
        place = FileManager.default.temporaryDirectory.path + "/orrery-table-\(UUID().uuidString)"
        try Directory.createAll(place)
        let tokenizer = try CharacterTokenizer(training: TestModel.letters, endOfText: "<|end|>")
        var config = Self.shape
        config["vocab_size"] = JSONValue(tokenizer.vocabularySize)
        let original = try ModelDirectory.make(
            JSONFields(.object(config), file: "config.json"), RandomWeights(seed: 5))
        for weights in EngineSettings.Weights.allCases {
            let path = "\(place)/\(weights).gguf"
            let mix: WeightMix =
                switch weights {
                case .float32: .f32
                case .q8_0: .q8_0
                case .q4_0: .q4_0
                case .q4_k_m: .q4_k_m
                }
            try GGUFExport(original, name: "table", mix: mix).write(vocabulary: [], to: path)
            let model = try TextModel(GGUFModel.open(path), tokenizer: tokenizer, path: path)
            models[weights] = model
            adapters[weights] = TestModel.adapter("a", model, seed: 1, rank: 2)
        }
        draft = models[.q8_0]
        let model = models[.float32]!, stem = String(repeating: "the moon rose over the hill. ", count: 6)
        requests = try (0 ..< 16).map { index in
            let prompt = String(stem.prefix(40 + 8 * index)) + String("abcdefghijklmnopq".suffix(index + 1))
            let options = GenerationOptions(
                prompt: try model.promptTokens(prompt),
                sampling: SamplingOptions(temperature: index % 2 == 0 ? 0 : 1, seed: UInt64(index)),
                stop: StopConditions(maxTokens: 6 + index))
            return EngineRequest(options, logProbabilities: 0)
        }
    }

    deinit { try? Directory.removeTree(place) }

    /// What each request gives alone, in one piece and one thread.
    private func truth(_ settings: EngineSettings, _ model: TextModel) throws -> [EngineTests.Text] {
        let key = "\(settings.weights) \(settings.cache) \(settings.hasAdapter)"
        if let known = truths[key] { return known }
        let texts = try Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: 1)) {
            try requests.map { request in
                var options = request.options
                (options.cacheType, options.prefillChunk) = (settings.cache, 400)
                return try EngineTests.alone(model, options)
            }
        }
        truths[key] = texts
        return texts
    }

    /// The requests whose texts or log-probabilities differ from what they are alone.
    func differences(_ settings: EngineSettings) async throws -> [Int] {
        let base = models[settings.weights]!
        let model = settings.hasAdapter ? try base.adapted(by: adapters[settings.weights]!) : base
        let truth = try truth(settings, model)
        var configuration = EngineConfiguration(
            computeType: .float32, cacheType: settings.cache, cacheMemory: 64 << 20, maxSequences: settings.batch,
            prefillChunk: settings.chunk, prefillChunkWhileDecoding: settings.chunk,
            maxDraft: settings.speculation == .off ? 0 : 7)
        if settings.speculation == .draftModel {
            (configuration.draftModel, configuration.draftConfidence) = (draft, 0)
        }
        if settings.prefix == .disk { configuration.cacheDirectory = "\(place)/cache" }
        let processor = Processor(Processor.current.instructionSet, threads: settings.threads)
        func engine() throws -> Engine {
            try Processor.$current.withValue(processor) { try Engine(base, configuration) }
        }
        if settings.prefix == .disk {
            let first = try engine()
            _ = try await read(first, settings, model.adapter)
            await first.flush()
        }
        let engine = try engine()
        if settings.prefix == .memory { _ = try await read(engine, settings, model.adapter) }
        let found = try await read(engine, settings, model.adapter)
        return requests.indices.filter { found[$0] != truth[$0] }
    }

    private func read(
        _ engine: Engine, _ settings: EngineSettings, _ adapter: Adapter?
    ) async throws -> [Int: EngineTests.Text] {
        let requests = requests
        return try await withThrowingTaskGroup(of: (Int, EngineTests.Text).self) { group in
            for (index, request) in requests.enumerated() {
                var request = request
                (request.adapter, request.usesCache) = (adapter, settings.prefix != .recomputed)
                let asked = request
                group.addTask { (index, try await EngineTests.read(engine, asked).0[0]) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}
