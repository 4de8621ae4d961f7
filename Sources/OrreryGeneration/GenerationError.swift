import OrreryTokenizers

/// What is wrong with an option of generation or with the logits: one line that names it and says what was expected.
public struct GenerationError: Error, Sendable, Hashable, CustomStringConvertible {
    private enum Code: Hashable {
        case option(name: String, value: String, allowed: String)
        case logit(token: TokenID, value: String, position: Int)
        case nothingToChoose(vocabulary: Int, position: Int)
    }

    private let code: Code

    /// An option outside its allowed range.
    static func option(_ name: String, _ value: some CustomStringConvertible, allowed: String) -> GenerationError {
        GenerationError(code: .option(name: name, value: value.description, allowed: allowed))
    }

    /// A logit that is no number to compare: NaN or infinity.
    static func logit(_ value: Float, token: TokenID, position: Int) -> GenerationError {
        GenerationError(code: .logit(token: token, value: value.isNaN ? "NaN" : "\(value)", position: position))
    }

    /// Logits of which none can be chosen.
    static func nothingToChoose(vocabulary: Int, position: Int) -> GenerationError {
        GenerationError(code: .nothingToChoose(vocabulary: vocabulary, position: position))
    }

    public var description: String {
        switch code {
        case .option(let name, let value, let allowed):
            "\(name) is \(value); expected \(allowed)"
        case .logit(let token, let value, let position):
            "the logit of token \(token) at position \(position) is \(value); expected a finite number, or -inf for a masked token"
        case .nothingToChoose(let vocabulary, let position):
            "none of the \(vocabulary) logits at position \(position) is above -inf; expected at least one token to choose"
        }
    }
}
