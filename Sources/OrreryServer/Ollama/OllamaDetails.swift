import Foundation
import OrreryFiles

/// How ollama's API describes a model.
enum OllamaDetails {
    /// The format, the architecture and the size, in words.
    static func json(_ header: ModelHeader) -> JSONValue {
        [
            "parent_model": "", "format": JSONValue(header.format), "family": JSONValue(header.architecture),
            "families": [JSONValue(header.architecture)], "parameter_size": JSONValue(size(header.parameters)),
            "quantization_level": JSONValue(header.type),
        ]
    }

    /// A number of weights as people say it: 134.5M.
    static func size(_ count: Int) -> String {
        for (unit, value) in [("B", 1e9), ("M", 1e6), ("K", 1e3)] where Double(count) >= value {
            return "\((Double(count) / value * 10).rounded() / 10)\(unit)"
        }
        return "\(count)"
    }

    /// What a client may do with it.
    static func capabilities(_ header: ModelHeader) -> JSONValue {
        header.kind == .encoder ? ["embedding"] : ["completion"]
    }

    /// A moment as RFC 3339 writes it.
    static func time(_ date: Date) -> JSONValue {
        JSONValue(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
}
