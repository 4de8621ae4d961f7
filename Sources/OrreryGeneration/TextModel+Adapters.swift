import OrreryFiles
import OrreryHub
import OrreryModels
import OrreryNN

extension TextModel {
    /// This model with an adapter for everything that it reads and writes. The weights are shared, so that any number
    /// of adapters cost their own small matrices alone.
    ///
    /// ```swift
    /// let pirate = try model.adapted(by: model.adapter("pirate-lora"))
    /// for try await text in pirate.stream("Hello") { print(text, terminator: "") }
    /// ```
    ///
    /// - Parameter adapter: the adapter; nil is the model as it is without one.
    /// - Throws: `GenerationError` for an adapter that was made for another model.
    public func adapted(by adapter: Adapter?) throws -> TextModel {
        try check(adapter)
        return TextModel(self, adapter)
    }

    /// Opens an adapter in PEFT's format for this model: LoRA, rsLoRA, on any of its matrices.
    ///
    /// - Parameters:
    ///   - path: the directory with `adapter_config.json`, or the name of a downloaded repository: `owner/name`.
    ///   - name: the name of the adapter; nil means that of the directory.
    /// - Throws: `FileError` or `ModelError` with the file, the field or tensor, and what was expected; `HubError` for
    ///   a name that has not been downloaded.
    public func adapter(_ path: String, name: String? = nil) throws -> Adapter {
        try AdapterFiles.open(Hub.localPath(of: path), name: name ?? Path.name(path), for: model)
    }

    /// - Throws: `GenerationError` for an adapter that was made for another model.
    package func check(_ adapter: Adapter?) throws {
        if let adapter, !adapter.belongs(to: model) { throw GenerationError.foreignAdapter(adapter.name, model: base) }
    }
}
