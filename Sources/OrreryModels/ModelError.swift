import Kernels

/// The error for a model that can't be opened or written: one line with the directory, the field or tensor, and what
/// was expected.
public struct ModelError: Error, CustomStringConvertible, Sendable {
    private enum Code { case architecture, shape, type, unusable }
    private let code: Code
    /// The message.
    public let description: String

    private init(_ code: Code, _ description: String) { (self.code, self.description) = (code, description) }

    static func architecture(_ name: String, path: String, known: [String]) -> ModelError {
        ModelError(
            .architecture,
            "\(path): model_type \"\(name)\" is not known here; known are \(known.joined(separator: ", "))")
    }

    static func kind(path: String, type: String, expected: String, advice: String) -> ModelError {
        ModelError(.architecture, "\(path): expected \(expected), found a model of type \(type); \(advice)")
    }

    static func ggufArchitecture(_ name: String, path: String, known: [String]) -> ModelError {
        ModelError(
            .architecture,
            "\(path): general.architecture \"\(name)\" is not known here; known are \(known.joined(separator: ", "))")
    }

    static func notInGGUF(_ type: String, known: [String]) -> ModelError {
        ModelError(
            .architecture,
            "model_type \(type) can't be written as GGUF; known there are \(known.joined(separator: ", "))")
    }

    static func shape(tensor: String, path: String, expected: [Int], found: [Int]) -> ModelError {
        ModelError(.shape, "\(path): tensor \(tensor) has shape \(found), the configuration asks for \(expected)")
    }

    static func type(tensor: String, path: String, found: String) -> ModelError {
        ModelError(.type, "\(path): tensor \(tensor) is of type \(found); expected F32, BF16 or F16")
    }

    static func format(tensor: String, path: String, found: String) -> ModelError {
        ModelError(
            .type,
            "\(path): tensor \(tensor) is of type \(found), which is not known here; known are \(BlockFormat.allCases.map(\.rawValue).joined(separator: ", "))"
        )
    }

    static func number(_ value: Float, tensor: String, row: Int, column: Int, format: BlockFormat) -> ModelError {
        let place = "tensor \(tensor) holds \(value) in row \(row), column \(column)"
        guard value.isFinite else {
            return ModelError(.unusable, "\(place), which is not a number to compute with; the model is damaged")
        }
        return ModelError(
            .unusable, "\(place), which is beyond what \(format.rawValue) can hold; store it as BF16 or F32")
    }

    static func unusable(_ path: String, _ why: String) -> ModelError { ModelError(.unusable, "\(path): \(why)") }
}
