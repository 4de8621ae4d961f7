import Foundation
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryRandom

/// A small BERT with random weights in a directory of its own, as sentence-transformers writes one; removed with the
/// value.
final class SentenceFolder {
    static let width = 8
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "orrery-sentences-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let words = [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "The", "Cat", "query", ":", "i", "##̇",
        ]
        let config: JSONObject = [
            "model_type": "bert", "vocab_size": JSONValue(words.count), "hidden_size": JSONValue(Self.width),
            "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": 16, "max_position_embeddings": 32, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
            "hidden_act": "gelu",
        ]
        try write(.object(config), "config.json")
        try Data((words.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path + "/vocab.txt"))
        try write(["tokenizer_class": "BertTokenizer", "do_lower_case": false], "tokenizer_config.json")
        let model = try ModelDirectory.makeEncoder(
            JSONFields(.object(config), file: "config.json"), RandomWeights(seed: 7))
        var random = SplitMix64(seed: 3)
        try save(
            model.parameters.map {
                ($0.name, $0.shape, $0.value.floats.map { $0 + Float.random(in: -0.5 ... 0.5, using: &random) })
            }, "model.safetensors")
        try modules("Transformer", "Pooling")
        try write(
            ["word_embedding_dimension": JSONValue(Self.width), "pooling_mode_mean_tokens": true],
            "1_Pooling/config.json")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ value: JSONValue, _ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: (path + "/" + name as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try value.write(to: path + "/" + name)
    }

    func save(_ tensors: [(name: String, shape: [Int], numbers: [Float])], _ name: String) throws {
        try SafetensorsWriter.write(
            tensors.map { tensor in
                SafetensorsTensor(name: tensor.name, dtype: .float32, shape: tensor.shape) { write in
                    try tensor.numbers.withUnsafeBytes { try write($0) }
                }
            }, to: path + "/" + name)
    }

    /// The modules in order, each in a folder of its number and name.
    func modules(_ names: String...) throws {
        try write(
            .array(
                names.enumerated().map { index, name in
                    [
                        "idx": JSONValue(index), "path": name == "Transformer" ? "" : JSONValue("\(index)_\(name)"),
                        "type": JSONValue("sentence_transformers.models.\(name)"),
                    ]
                }), "modules.json")
    }

    func vector(_ text: String, prompt: String = "") throws -> [Float] {
        try SentenceEncoder.open(path).embed(text, prompt: prompt).vector
    }

    /// The directory opened, with what it warned of.
    func warnings() throws -> [String] {
        var lines: [String] = []
        _ = try SentenceEncoder.open(path) { lines.append($0) }
        return lines
    }
}
