import Foundation
import OrreryFiles
import OrreryTokenizerTraining
import OrreryTokenizers

/// What other libraries learn from small texts (scripts/goldens/make_trainer_goldens.py).
enum TrainerGoldens {
    private static let root: JSONFields = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Goldens/trainers")
        return try! JSONFields(contentsOf: folder.appendingPathComponent("goldens.json").path)
    }()

    /// The cases of one kind.
    static func cases(_ kind: String) -> [JSONFields] { try! root.objectsIfPresent(kind) ?? [] }

    /// The text of a case.
    static func text(_ golden: JSONFields) throws -> String {
        try root.fields("texts").string(try golden.string("text"))
    }
}
