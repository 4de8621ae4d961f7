import Hummingbird

extension Router<ServerContext> {
    /// Adds ollama's API.
    func addOllama(_ requests: ModelRequests) {
        let texts = OllamaTexts(requests: requests), embed = OllamaEmbed(requests: requests)
        let models = OllamaModels(requests: requests), version = requests.configuration.version
        // Clients ask this to see whether somebody is there.
        for method in [HTTPRequest.Method.get, .head] {
            on("/", method: method) { _, _ in Response(json: ["status": "ok"]) }
        }
        get("/api/version") { _, _ in Response(json: ["version": .string(version)]) }
        get("/api/tags") { _, _ in await models.tags() }
        get("/api/ps") { _, _ in await models.running() }
        post("/api/show") { request, _ in try await models.show(request) }
        post("/api/generate") { try await texts.respond(to: $0, $1, .text) }
        post("/api/chat") { try await texts.respond(to: $0, $1, .message) }
        post("/api/embed") { try await embed.respond(to: $0, $1) }
        post("/api/embeddings") { try await embed.respondToOne($0, $1) }
    }
}
