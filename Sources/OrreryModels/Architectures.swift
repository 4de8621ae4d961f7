import OrreryFiles
import OrreryNN

/// What can be opened, by `model_type`. A new architecture is one file and one line here.
enum Architectures {
    static var languageModels: [Entry<any LanguageModel>] {
        [
            entry(Gemma2.self), entry(Gemma3.self), entry(GPT2.self), entry(GPTNeoX.self), entry(GPTOSS.self), entry(Granite.self), entry(Llama.self),
            entry(Mistral.self), entry(Mixtral.self), entry(Olmo2.self), entry(Phi3.self), entry(Qwen2.self), entry(Qwen3.self), entry(Qwen3MoE.self),
            entry(SmolLM3.self), entry(StableLM.self), entry(Starcoder2.self),
        ]
    }

    static func languageModel(_ json: JSONFields) throws -> Entry<any LanguageModel> {
        let type = try json.string("model_type")
        guard let found = languageModels.first(where: { $0.modelTypes.contains(type) }) else {
            throw ModelError.architecture(type, path: json.file, known: languageModels.flatMap(\.modelTypes).sorted())
        }
        return found
    }

    private static func entry<Model: Architecture & LanguageModel>(_ type: Model.Type) -> Entry<any LanguageModel> {
        Entry(modelTypes: Model.modelTypes, make: { try Model.make($0, $1) }, load: { try Model.load($0, $1, warn: $2) })
    }

    /// One architecture, by what is done with it.
    struct Entry<Model> {
        let modelTypes: [String]
        let make: (JSONFields, any WeightSource) throws -> Model
        let load: (JSONFields, SafetensorsCheckpoint, (String) -> Void) throws -> Model
    }
}
