import OrreryFiles

extension APIError {
    /// The body of a response in the form of ollama's API.
    var ollamaJSON: JSONValue { ["error": JSONValue(message)] }
}
