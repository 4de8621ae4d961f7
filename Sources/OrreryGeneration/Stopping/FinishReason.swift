/// The reason why a generation ended; `stop` and `length` are the words of OpenAI's API (`finish_reason`).
public enum FinishReason: String, Sendable, Hashable, Codable {
    /// The model ended the text itself, or a stop string appeared.
    case stop
    /// The allowed number of tokens was reached, or the context is full.
    case length
    /// The caller ended the generation.
    case cancelled
}
