import ArgumentParser
import Kernels
import OrreryFiles
import OrreryTerminal

/// What is in a model's files, without running it.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is in a model: hyperparameters, tensors, sizes, tokenizer, chat template.",
        discussion: """
            Takes a GGUF file, a safetensors file or a model directory, of any architecture. No weight is read. The memory is what the weights \
            take as they are stored and what the keys and values of --context positions take in --cache-type.
            """)

    @Argument(help: "GGUF file, safetensors file, model directory, or name of a downloaded model: OWNER/NAME[:FILE].")
    var model: ModelPath

    @OptionGroup var modelOption: ModelOption

    @Option(name: [.customShort("c"), .long], help: "Positions to count memory for. (default: the model's context)")
    var context: Int?

    @Option(help: "Type of the keys and values to count memory for: f32, f16, bf16 or q8_0.")
    var cacheType = CacheType.float16.rawValue

    @Flag(help: "List every tensor.")
    var tensors = false

    @Flag(help: "Print the chat template and nothing else.")
    var template = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let context, !(1 ... 1 << 40).contains(context) {
            throw ValidationError("--context: expected 1 to 2^40, found \(context)")
        }
        _ = try keptType()
        if template, output.json { throw ValidationError("--template prints text; omit --json") }
    }

    private func keptType() throws -> CacheType {
        guard let type = CacheType(name: cacheType) else {
            throw ValidationError(
                "--cache-type: expected one of \(CacheType.allCases.map(\.rawValue).joined(separator: ", ")), found \(cacheType)"
            )
        }
        return type
    }

    func run() throws {
        let type = try keptType()
        let inspection = try ModelInspection(path: model.path())
        if template {
            guard let text = inspection.chatTemplate else { throw ValidationError("\(model) has no chat template") }
            return try print(text)
        }
        inspection.warnings.forEach(ModelWarning.looking)
        if output.json { return try output.print(inspection.json(context: context, type)) }
        try print(inspection.text(context: context, type, listsTensors: tensors, on: .standardOutput))
    }
}
