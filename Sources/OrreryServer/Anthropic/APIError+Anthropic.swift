import OrreryFiles

extension APIError {
    /// The body of the response in the form of Anthropic's API.
    var anthropicJSON: JSONValue {
        let type =
            switch status {
            case 400, 422: "invalid_request_error"
            case 401: "authentication_error"
            case 403: "permission_error"
            case 404: "not_found_error"
            case 413: "request_too_large"
            case 429: "rate_limit_error"
            case 503, 529: "overloaded_error"
            default: "api_error"
            }
        return ["type": "error", "error": ["type": JSONValue(type), "message": JSONValue(message)]]
    }
}
