import Hummingbird
import NIOCore
import OrreryEngine

/// GET /metrics: which models are in memory and what their engines have done, in Prometheus's text format.
struct Metrics {
    private let registry: ModelRegistry
    private let prices: Prices?

    init(_ registry: ModelRegistry, _ prices: Prices?) { (self.registry, self.prices) = (registry, prices) }

    func response() async -> Response {
        let models = await registry.listings
        var text = Self.memory(models, limit: registry.budget.bytes)
        let engines = models.compactMap { model -> (String, EngineStatistics)? in
            guard case .language(_, _, let engine)? = model.model?.kind else { return nil }
            return (model.name, engine.statistics)
        }
        func add(
            _ name: String, _ kind: String, _ help: String, _ value: (EngineStatistics) -> Double
        ) {
            text += "# HELP orrery_\(name) \(help)\n# TYPE orrery_\(name) \(kind)\n"
            for (model, statistics) in engines {
                text += "orrery_\(name){\(Self.labels(model))} \(Self.number(value(statistics)))\n"
            }
        }
        add("requests_waiting", "gauge", "Requests that wait for their turn.") { Double($0.waiting) }
        add("sequences_running", "gauge", "Texts that are computed together.") { Double($0.running) }
        add("requests_completed_total", "counter", "Requests that were completed.") { Double($0.completed) }
        add("requests_ended_total", "counter", "Requests that failed or whose reader left.") { Double($0.ended) }
        add("prompt_tokens_total", "counter", "Tokens of prompts that were computed.") { Double($0.promptTokens) }
        add("cached_tokens_total", "counter", "Tokens of prompts that were computed before.") {
            Double($0.cachedTokens)
        }
        add("completion_tokens_total", "counter", "Tokens that were chosen.") { Double($0.completionTokens) }
        add("passes_total", "counter", "Forward passes.") { Double($0.passes) }
        add("preemptions_total", "counter", "Times that a text gave up its memory.") { Double($0.preemptions) }
        add("evictions_total", "counter", "Pages that were forgotten.") { Double($0.evictions) }
        add("cache_bytes", "gauge", "Bytes of keys and values in use.") { Double($0.cacheBytes) }
        add("cache_limit_bytes", "gauge", "Bytes that keys and values may use.") { Double($0.cacheLimit) }
        add("pages_stored_total", "counter", "Pages that were written to files.") { Double($0.storedPages) }
        add("pages_loaded_total", "counter", "Pages that were read from files.") { Double($0.loadedPages) }
        add("cache_files_bytes", "gauge", "Bytes of keys and values in files.") { Double($0.storedBytes) }
        text += "# HELP orrery_batch_rows Rows of a pass.\n# TYPE orrery_batch_rows histogram\n"
        for (model, statistics) in engines {
            text += Self.lines("orrery_batch_rows", Self.labels(model), statistics.batchRows)
        }
        text += TenantMetrics(prices: prices).text(engines)
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// What is in memory.
    private static func memory(_ models: [ModelRegistry.Listing], limit: Int) -> String {
        var text = """
            # HELP orrery_model_memory_limit_bytes Bytes that the weights of all models may take.
            # TYPE orrery_model_memory_limit_bytes gauge
            orrery_model_memory_limit_bytes \(limit)

            """
        let figures: [(String, String, String, (ModelRegistry.Listing) -> Int)] = [
            ("model_loaded", "gauge", "Whether the model is in memory.", { $0.state == .loaded ? 1 : 0 }),
            ("model_bytes", "gauge", "Bytes of its weights in memory.", { $0.state == .unloaded ? 0 : $0.bytes }),
            ("model_loads_total", "counter", "Times that it was opened.", { $0.loads }),
        ]
        for (name, kind, help, value) in figures {
            text += "# HELP orrery_\(name) \(help)\n# TYPE orrery_\(name) \(kind)\n"
            for model in models { text += "orrery_\(name){\(labels(model.name))} \(value(model))\n" }
        }
        return text
    }

    /// The lines of a histogram.
    static func lines(_ name: String, _ labels: String, _ histogram: Histogram) -> String {
        var text = "", sum = 0
        for (bound, count) in zip(histogram.bounds.map(number) + ["+Inf"], histogram.counts) {
            sum += count
            text += "\(name)_bucket{\(labels),le=\"\(bound)\"} \(sum)\n"
        }
        return text
            + "\(name)_sum{\(labels)} \(number(histogram.sum))\n\(name)_count{\(labels)} \(sum)\n"
    }

    /// A model, and who holds a key, where there are keys.
    static func labels(_ model: String, key: String = "") -> String {
        "model=\"\(escaped(model))\"" + (key.isEmpty ? "" : ",key=\"\(escaped(key))\"")
    }

    static func number(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, character in
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.append(character)
            }
        }
    }
}
