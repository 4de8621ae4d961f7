import Foundation
import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// The head of a cross-encoder: from the first position's vector of a question and a text to one number, how well they
/// belong together. It is `BertForSequenceClassification` with one label.
///
/// Source: transformers, `models/bert/modeling_bert.py` (`BertPooler`, `BertForSequenceClassification`); sentence-transformers,
/// `cross_encoder/CrossEncoder.py` for the function after it.
package struct RelevanceHead {
    private static let prefixes = ["classifier.": ["classifier."], "pooler.": ["bert.pooler.", "pooler."]]
    private let pooler: Linear
    private let classifier: Linear
    /// Whether a number becomes one from 0 to 1.
    private let isSigmoid: Bool

    /// Whether the model in a directory has one.
    package static func isPresent(in directory: String) throws -> Bool {
        let path = Path.join(directory, "config.json")
        guard FileStatus(path)?.kind == .file else { return false }
        let json = try JSONFields(contentsOf: path, dialect: .python)
        return try json.stringsIfPresent("architectures") == ["BertForSequenceClassification"] && labels(json) == 1
    }

    /// The head in a model directory.
    ///
    /// - Parameter width: the number of elements of the encoder's vectors.
    /// - Throws: `FileError` or `ModelError` that names the file, the field or the tensor.
    package init(_ directory: String, width: Int) throws {
        let json = try JSONFields(contentsOf: Path.join(directory, "config.json"), dialect: .python)
        let scope = WeightScope(
            CheckpointWeights(
                try SafetensorsCheckpoint.open(directory: directory), otherPrefixes: Self.prefixes, readsNumbers: true))
        pooler = try Linear(scope["pooler"]["dense"], width, width, bias: true)
        classifier = try Linear(scope["classifier"], width, 1, bias: true)
        isSigmoid = try Self.activation(json) == "Sigmoid"
    }

    private static func labels(_ json: JSONFields) throws -> Int {
        try json.intIfPresent("num_labels") ?? json.fieldsIfPresent("id2label")?.object.members.count ?? 2
    }

    /// The name of the function after the head; where the configuration names none it is the sigmoid.
    private static func activation(_ json: JSONFields) throws -> String {
        let settings = try json.fieldsIfPresent("sentence_transformers")
        let path =
            try settings?.stringIfPresent("activation_fn")
            ?? json.stringIfPresent("sbert_ce_default_activation_function") ?? "Sigmoid"
        let name = String(path.split(separator: ".").last ?? "")
        guard ["Sigmoid", "Identity"].contains(name) else {
            throw json.error("sentence_transformers.activation_fn", expected: "torch.nn's Sigmoid or Identity")
        }
        return name
    }

    /// - Parameter state: the vector of the first position.
    package func callAsFunction(_ state: [Float]) -> Float {
        let x = Tensor(state, shape: [1, state.count])
        let score = classifier.unadapted(pooler.unadapted(x, as: .float32).activated(.tanh), as: .float32).floats[0]
        return isSigmoid ? Float(1 / (1 + exp(-Double(score)))) : score
    }
}
