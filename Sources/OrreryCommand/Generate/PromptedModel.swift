import Kernels
import OrreryGeneration
import OrreryHub
import OrreryModels
import OrreryTokenizers

/// A model that is opened once for all prompts: one that continues them, or one with an encoder that reads them (t5).
struct PromptedModel {
    private enum Kind { case continuing(TextModel), answering(AnsweringModel) }

    private let kind: Kind
    private let type: ElementType

    init(_ path: String, _ type: ElementType, _ adapter: AdapterOption, warn: (String) -> Void) throws {
        self.type = type
        if try ModelFiles.kind(of: Hub.localPath(of: path)) == .encoderDecoder {
            try adapter.requireNone(path)
            kind = .answering(try AnsweringModel(path, warn: warn))
        } else {
            let model = try adapter.adapting(TextModel.open(path, warn: warn))
            model.prepare(type)
            kind = .continuing(model)
        }
    }

    /// The model and the tokens that its text starts with: those of the prompt, unless an encoder reads that.
    func start(_ prompt: String) throws -> (TextModel, [TokenID]) {
        switch kind {
        case .continuing(let model): return (model, try model.promptTokens(prompt))
        case .answering(let model):
            let (decoder, start) = try model.reading(prompt, computeType: type)
            decoder.prepare(type)
            return (decoder, start)
        }
    }

    /// What the user may not have meant with a prompt; nil where nothing is odd.
    func oddity(of prompt: String) -> String? {
        guard case .continuing(let model) = kind, let mark = model.doubledStart(of: prompt) else { return nil }
        return
            "the prompt begins with \(mark), which the tokenizer puts before every text: the model reads it twice; omit it"
    }

    /// - Throws: `GenerationError` for a prompt that cannot be encoded or is too long.
    func check(_ prompt: String) throws {
        switch kind {
        case .continuing(let model): try model.check(model.promptTokens(prompt))
        case .answering(let model): _ = try model.promptTokens(prompt)
        }
    }
}
