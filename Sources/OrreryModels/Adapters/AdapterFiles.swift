import OrreryFiles
import OrreryNN
import OrreryTensor

/// Opens adapters as PEFT saves them: a directory with `adapter_config.json` and `adapter_model.safetensors`.
public enum AdapterFiles {
    /// Opens a LoRA adapter for a model, in whatever form the model is stored.
    ///
    /// - Parameters:
    ///   - path: the directory.
    ///   - name: the name that errors and listings give it; nil means the directory's.
    ///   - model: the model that it was made for.
    /// - Throws: `FileError` or `ModelError` with the file, the field or tensor, and what was expected.
    public static func open(_ path: String, name: String? = nil, for model: any TokenModel) throws -> Adapter {
        let directory = try directory(path)
        let config = try AdapterConfiguration(
            JSONFields(contentsOf: Path.join(directory, AdapterConfiguration.fileName), dialect: .python))
        let tensors = try AdapterTensors(Path.join(directory, AdapterTensors.fileName))
        guard let modules = AdaptedModules(model) else {
            throw ModelError.unusable(path, "an adapter can be added to models that continue texts alone")
        }
        return try AdapterReader(config, tensors, modules).read(name ?? Path.name(directory), model)
    }

    /// - Throws: `FileError` where there is no adapter.
    private static func directory(_ path: String) throws -> String {
        guard let status = FileStatus(path) else {
            throw FileError.request(
                path, "does not exist", advice: "name a directory with \(AdapterConfiguration.fileName)")
        }
        let directory = status.kind == .directory ? path : Path.parent(path)
        func has(_ name: String) -> Bool { FileStatus(Path.join(directory, name)) != nil }
        guard has(AdapterConfiguration.fileName) else {
            throw FileError.request(
                path, "has no \(AdapterConfiguration.fileName)",
                advice: "name a directory that PEFT's save_pretrained has written")
        }
        guard has(AdapterTensors.fileName) else {
            throw FileError.request(
                path, "has no \(AdapterTensors.fileName)",
                advice: has("adapter_model.bin")
                    ? "adapter_model.bin may run any code when it is opened and is not read; save the adapter with a newer PEFT"
                    : nil)
        }
        return directory
    }
}
