/// Whose API a path belongs to; they differ in how an error looks.
enum API {
    case openAI, anthropic, ollama

    init(path: String) {
        self = path.hasPrefix("/v1/messages") ? .anthropic : path.hasPrefix("/api/") ? .ollama : .openAI
    }
}
