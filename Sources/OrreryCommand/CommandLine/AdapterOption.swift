import ArgumentParser
import OrreryFiles
import OrreryGeneration
import OrreryHub
import OrreryModels
import OrreryNN

/// `--lora`: an adapter that everything is computed with.
struct AdapterOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "LoRA adapter in PEFT's format: its directory or the name of a downloaded one, as NAME=DIR or DIR. (default: none)",
            valueName: "adapter"))
    var lora: NamedAdapter?

    /// A model with the adapter, if one was named.
    func adapting(_ model: TextModel) throws -> TextModel {
        guard let lora else { return model }
        return try model.adapted(by: model.adapter(lora.path, name: lora.name))
    }

    /// The adapter for a model without a tokenizer.
    func open(for model: any TokenModel) throws -> Adapter? {
        try lora.map { try AdapterFiles.open(Hub.localPath(of: $0.path), name: $0.name, for: model) }
    }

    /// Makes the adapter, if one was named, a part of the model's weights.
    func merge(into model: any Model, _ path: String) throws {
        guard let lora else { return }
        guard let model = model as? any TokenModel, !(model is any EncoderDecoder) else { return try requireNone(path) }
        try open(for: model)?.merge(into: model, path: lora.description)
    }

    /// - Throws: `InputError` where an adapter was named for a model that takes none.
    func requireNone(_ path: String) throws {
        guard let lora else { return }
        throw InputError("--lora \(lora): \(path) takes no adapter; only a model that continues texts does")
    }
}

/// An adapter as a command line names it.
struct NamedAdapter: ExpressibleByArgument, CustomStringConvertible {
    let name: String
    let path: String
    let description: String

    init?(argument: String) {
        description = argument
        // A path may have an equals sign itself.
        if FileStatus(argument) == nil, let mark = argument.firstIndex(of: "=") {
            (name, path) = (String(argument[..<mark]), String(argument[argument.index(after: mark)...]))
        } else {
            (name, path) = (Path.name(argument), argument)
        }
        if name.isEmpty || path.isEmpty { return nil }
    }
}
