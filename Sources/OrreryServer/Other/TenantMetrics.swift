import OrreryEngine

/// What each holder of a key has had of each model, in Prometheus's text format; without keys there is one nameless holder.
struct TenantMetrics {
    let prices: Prices?

    func text(_ engines: [(model: String, statistics: EngineStatistics)]) -> String {
        let all = engines.flatMap { model, statistics in
            statistics.tenants.sorted { $0.key < $1.key }.map { (Metrics.labels(model, key: $0.key), $0.value) }
        }
        var text = ""
        func add(_ name: String, _ help: String, _ value: (TenantStatistics) -> Double) {
            text += "# HELP orrery_\(name) \(help)\n# TYPE orrery_\(name) counter\n"
            for (labels, tenant) in all { text += "orrery_\(name){\(labels)} \(Metrics.number(value(tenant)))\n" }
        }
        add("key_requests_total", "Requests that have ended, by key.") { Double($0.requests) }
        add("key_prompt_tokens_total", "Tokens of prompts, by key.") { Double($0.promptTokens) }
        add("key_cached_tokens_total", "Those of them that were computed before.") { Double($0.cachedTokens) }
        add("key_completion_tokens_total", "Tokens that were chosen, by key.") { Double($0.completionTokens) }
        if let prices {
            add("key_cost_total", "The price of these tokens.") {
                prices.cost(
                    promptTokens: $0.promptTokens, cachedTokens: $0.cachedTokens, completionTokens: $0.completionTokens)
            }
        }
        let histograms: [(String, String, KeyPath<TenantStatistics, Histogram>)] = [
            ("time_to_first_token_seconds", "From a request to its first token.", \.timeToFirstToken),
            ("time_between_tokens_seconds", "From one token of a text to the next.", \.timeBetweenTokens),
            ("queue_seconds", "From a request to its beginning.", \.queueTime),
        ]
        for (name, help, path) in histograms {
            text += "# HELP orrery_\(name) \(help)\n# TYPE orrery_\(name) histogram\n"
            for (labels, tenant) in all { text += Metrics.lines("orrery_\(name)", labels, tenant[keyPath: path]) }
        }
        return text
    }
}
