import OrreryTokenizers

/// The error for an option of generation, a prompt or logits that cannot be used: one line that names it and says what
/// was expected.
public struct GenerationError: Error, Sendable, Hashable, CustomStringConvertible {
    private enum Code: Hashable {
        case option(name: String, value: String, allowed: String)
        case logit(token: TokenID, value: String, position: Int)
        case nothingToChoose(vocabulary: Int, position: Int)
        case prompt(String)
        case vocabulary(model: String, tokens: Int, known: Int)
        case unwritable(String, known: String)
        case foreignAdapter(String, model: String)
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

    /// A prompt that the tokenizer cannot encode.
    static func prompt(_ error: TokenizerError) -> GenerationError {
        GenerationError(code: .prompt("the prompt: \(error)"))
    }

    /// A text that the tokenizer cannot encode.
    static func text(_ error: TokenizerError) -> GenerationError {
        GenerationError(code: .prompt("the text: \(error)"))
    }

    /// No token to start from.
    static var emptyPrompt: GenerationError {
        GenerationError(
            code: .prompt(
                "the prompt is empty, and the tokenizer has neither an end-of-text token nor a newline to start from; expected a prompt"
            ))
    }

    /// A prompt that leaves no room for a token after it.
    static func longPrompt(_ tokens: Int, context: Int) -> GenerationError {
        GenerationError(
            code: .prompt(
                "the prompt has \(grouped(tokens)) tokens; expected at most \(grouped(context - 1)), since the context holds \(grouped(context)): shorten it, or choose a model with a longer context"
            ))
    }

    /// Every digit, in groups of three: `1,024`.
    private static func grouped(_ value: Int) -> String {
        let digits = Array(String(value))
        return digits.indices.map { ($0 > 0 && (digits.count - $0) % 3 == 0 ? "," : "") + String(digits[$0]) }.joined()
    }

    /// A prompt with an id that the model lacks.
    static func promptToken(_ token: TokenID, at index: Int, vocabulary: Int) -> GenerationError {
        GenerationError(code: .prompt("token \(index) of the prompt is \(token); expected 0 to \(vocabulary - 1)"))
    }

    /// A tokenizer with more tokens than the model has rows for.
    static func vocabulary(_ model: String, tokens: Int, known: Int) -> GenerationError {
        GenerationError(code: .vocabulary(model: model, tokens: tokens, known: known))
    }

    /// A prompt that an encoder does not have.
    static func promptName(_ name: String, known: String) -> GenerationError {
        GenerationError(code: .prompt("there is no prompt named \"\(name)\"; expected one of \(known)"))
    }

    /// What a model says of its vectors and a GGUF file has no place for.
    static func unwritable(_ setting: String, known: String) -> GenerationError {
        GenerationError(code: .unwritable(setting, known: known))
    }

    /// An adapter that was opened for another model.
    static func foreignAdapter(_ name: String, model: String) -> GenerationError {
        GenerationError(code: .foreignAdapter(name, model: model))
    }

    /// The message.
    public var description: String {
        switch code {
        case .option(let name, let value, let allowed):
            "\(name) is \(value); expected \(allowed)"
        case .logit(let token, let value, let position):
            "the logit of token \(token) at position \(position) is \(value); expected a finite number, or -inf for a masked token"
        case .nothingToChoose(let vocabulary, let position):
            "none of the \(vocabulary) logits at position \(position) is above -inf; expected at least one token to choose"
        case .prompt(let problem):
            problem
        case .vocabulary(let model, let tokens, let known):
            "\(model): the tokenizer has \(tokens) tokens, the model knows \(known); expected the tokenizer that the model was trained with"
        case .unwritable(let setting, let known):
            "the model asks for \(setting), for which a GGUF file has no place; it knows \(known) only"
        case .foreignAdapter(let name, let model):
            "the adapter \(name) was opened for another model; expected one that was opened for \(model)"
        }
    }
}
