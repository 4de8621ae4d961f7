import OrreryGeneration
import Synchronization

/// A model that guesses ahead for others: it is opened once, with the first of them, and stays in memory.
final class DraftOpening: Sendable {
    private let path: String
    /// Whether a model with another vocabulary is served without guesses; else that is an error.
    private let isOptional: Bool
    private let opened = Mutex<TextModel?>(nil)

    init(_ path: String, isOptional: Bool) {
        self.path = path
        self.isOptional = isOptional
    }

    /// The model, for one that it can guess for; nil where it cannot and need not.
    ///
    /// - Throws: an error that names the file, the field or tensor, and what was expected.
    func model(for model: TextModel, warn: @escaping @Sendable (String) -> Void) throws -> TextModel? {
        let draft = try opened.withLock { opened in
            let draft = try opened ?? TextModel.open(path, warn: warn)
            opened = draft
            return draft
        }
        guard isOptional, let difference = draft.vocabularyDifference(from: model) else { return draft }
        warn("--draft-model \(draft.name) has \(difference), unlike \(model.name), and does not guess for it")
        return nil
    }
}
