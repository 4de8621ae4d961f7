import OrreryFiles
import OrreryNN

/// What can be opened, by `model_type`. A new architecture is one file and one line here.
enum Architectures {
    static var languageModels: [Entry<any TokenModel>] {
        [
            entry(Gemma2.self), entry(Gemma3.self), entry(GPT2.self), entry(GPTNeoX.self), entry(GPTOSS.self),
            entry(Granite.self), entry(Llama.self),
            entry(Mistral.self), entry(Mixtral.self), entry(Olmo2.self), entry(OrreryDecoder.self),
            entry(Phi3.self), entry(Qwen2.self), entry(Qwen3.self), entry(Qwen3MoE.self),
            entry(SmolLM3.self), entry(StableLM.self), entry(Starcoder2.self),
        ]
    }

    static var encoders: [Entry<any TextEncoder>] {
        [Entry(modelTypes: Bert.modelTypes, make: { try Bert.make($0, $1) }, load: { try Bert.load($0, $1, warn: $2) })]
    }

    static var encoderDecoders: [Entry<any EncoderDecoder>] {
        [Entry(modelTypes: T5.modelTypes, make: { try T5.make($0, $1) }, load: { try T5.load($0, $1, warn: $2) })]
    }

    /// Every `model_type` that can be opened.
    static var known: [String] {
        (languageModels.flatMap(\.modelTypes) + encoders.flatMap(\.modelTypes) + encoderDecoders.flatMap(\.modelTypes))
            .sorted()
    }

    static func languageModel(_ json: JSONFields) throws -> Entry<any TokenModel> {
        try find(json, languageModels, "a language model")
    }
    static func encoder(_ json: JSONFields) throws -> Entry<any TextEncoder> { try find(json, encoders, "an encoder") }
    static func encoderDecoder(_ json: JSONFields) throws -> Entry<any EncoderDecoder> {
        try find(json, encoderDecoders, "an encoder with a decoder")
    }

    /// What can be done with a model of this configuration.
    ///
    /// - Throws: `ModelError` that lists the known architectures, where `model_type` is none of them.
    static func kind(_ json: JSONFields) throws -> ModelKind {
        let type = try json.string("model_type")
        if encoders.contains(where: { $0.modelTypes.contains(type) }) { return .encoder }
        if encoderDecoders.contains(where: { $0.modelTypes.contains(type) }) { return .encoderDecoder }
        _ = try languageModel(json)
        return .languageModel
    }

    /// The model of a configuration, whatever it does, with weights from any source.
    static func make(_ json: JSONFields, _ source: any WeightSource) throws -> any Model {
        switch try kind(json) {
        case .languageModel: try languageModel(json).make(json, source)
        case .encoder: try encoder(json).make(json, source)
        case .encoderDecoder: try encoderDecoder(json).make(json, source)
        }
    }

    /// What can be done with a model that is not what a command needs.
    private static func advice(_ type: String) -> String {
        if encoders.contains(where: { $0.modelTypes.contains(type) }) {
            return "it is a sentence encoder, which orrery embed uses"
        }
        if encoderDecoders.contains(where: { $0.modelTypes.contains(type) }) {
            return "it has an encoder and a decoder; orrery generate writes its answers"
        }
        return "it continues texts: orrery generate and orrery chat use it"
    }

    private static func find<Model>(
        _ json: JSONFields, _ entries: [Entry<Model>], _ what: String
    ) throws -> Entry<Model> {
        let type = try json.string("model_type")
        if let found = entries.first(where: { $0.modelTypes.contains(type) }) { return found }
        if known.contains(type) {
            throw ModelError.kind(path: json.file, type: type, expected: what, advice: advice(type))
        }
        throw ModelError.architecture(type, path: json.file, known: known)
    }

    private static func entry<Model: Architecture & TokenModel>(_ type: Model.Type) -> Entry<any TokenModel> {
        Entry(
            modelTypes: Model.modelTypes, make: { try Model.make($0, $1) }, load: { try Model.load($0, $1, warn: $2) })
    }

    /// One architecture, by what is done with it.
    struct Entry<Model> {
        let modelTypes: [String]
        let make: (JSONFields, any WeightSource) throws -> Model
        let load: (JSONFields, SafetensorsCheckpoint, (String) -> Void) throws -> Model
    }
}
