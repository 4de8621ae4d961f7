import OrreryFiles

/// `quantization_config`: that a directory's weights are not floats but the codes of some method.
struct QuantizationConfiguration {
    /// `quant_method`, with the number of bits where it is said: "gptq, 4 bits".
    let name: String
    /// Whether the weights of this method and model can be read.
    let isKnown: Bool

    /// The file that says so.
    private let file: String

    /// Names that older tools gave a file of its own, next to `config.json`, with their method.
    private static let ownFiles = [("quantize_config.json", "gptq"), ("quant_config.json", "awq")]

    /// nil where neither the configuration nor a file next to it has one.
    init?(_ json: JSONFields) throws {
        let outer = try json.fieldsIfPresent("text_config")?.fieldsIfPresent("quantization_config")
        let own = Self.ownFiles.lazy.map { (path: Path.join(Path.parent(json.file), $0.0), method: $0.1) }.first {
            FileStatus($0.path) != nil
        }
        let inner =
            try json.fieldsIfPresent("quantization_config") ?? json.fieldsIfPresent("compression_config") ?? outer
        guard let fields = try inner ?? own.map({ try JSONFields(contentsOf: $0.path, dialect: .python) }) else {
            return nil
        }
        file = fields.file
        func text(_ key: String) -> String? { if case .string(let text)? = fields.object[key] { text } else { nil } }
        func isSet(_ key: String) -> Bool { fields.object[key] == .bool(true) }
        // Before `quant_method` was written there was bitsandbytes alone.
        let unnamed = inner == nil ? own?.method ?? "" : "without a quant_method"
        let method = text("quant_method") ?? (isSet("load_in_4bit") || isSet("load_in_8bit") ? "bitsandbytes" : unnamed)
        var bits: Int64? = isSet("load_in_4bit") ? 4 : isSet("load_in_8bit") ? 8 : nil
        for key in ["bits", "w_bit"] { if case .int(let value)? = fields.object[key] { bits = value } }
        let format = text("format").map { ", \($0)" } ?? ""
        name = FileError.oneLine(method + format + (bits.map { ", \($0) bits" } ?? ""))
        isKnown = method == "mxfp4" && json.object["model_type"] == "gpt_oss"
    }

    /// Why the model can't be opened: its weights are codes that are not known here, whatever it was that was missed
    /// first.
    func reason(for error: any Error, _ json: JSONFields) -> ModelError? {
        guard !isKnown else { return nil }
        let what = file == json.file ? "quantization_config" : "the quantisation"
        return ModelError.unusable(
            file,
            "\(what) is \(name), which is not known here; use the model before it was quantised, or a GGUF file of it (\(error))"
        )
    }
}
