import OrreryFiles

/// A model in any of the forms that can be opened.
public enum ModelFiles {
    /// Opens a GGUF file or a model directory.
    ///
    /// - Parameter warn: receives what was found and not used, a line each.
    public static func open(_ path: String, warn: (String) -> Void = { _ in }) throws -> any LanguageModel {
        FileStatus(path)?.kind == .file ? try GGUFModel.open(path, warn: warn) : try ModelDirectory.open(path, warn: warn)
    }
}
