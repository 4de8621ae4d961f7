import Foundation
import OrreryFiles
import Testing

/// A text and a model small enough that a run takes about a second, most of it checkpoints.
enum Example {
    /// About 9,000 characters of 26.
    static let text: String = {
        let words = [
            "the", "sun", "moon", "turns", "around", "a", "planet", "of", "brass", "and", "wheels", "slowly", "because",
            "we", "wind", "it",
        ]
        var state: UInt64 = 1, text = ""
        for i in 1 ... 1800 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            text += words[Int(state >> 60)] + (i % 12 == 0 ? ".\n" : " ")
        }
        return text
    }()

    /// A vocabulary in tiktoken's format: every byte, then a few pairs in the order in which they merge.
    static let tiktoken: String = {
        let bytes = (0 ... 255).map { [UInt8($0)] }
        let merged = ["th", "he", "the", " t", " the", "un", "sun", "oo", "moon", " moon"].map { Array($0.utf8) }
        return (bytes + merged).enumerated().map { "\(Data($1).base64EncodedString()) \($0)\n" }.joined()
    }()

    /// The flags of a model with every part, smallest sizes.
    static let shape = [
        "--architecture", "qwen3", "--layers", "2", "--width", "16", "--heads", "2", "--key-value-heads", "1",
        "--context", "16",
    ]

    /// `model/`, trained once for all tests that only read it.
    static let model = Task {
        let scratch = try Scratch()
        _ = try await train(scratch).json()
        return scratch
    }

    /// Trains the example for a few steps into `scratch("model")`.
    static func train(_ scratch: Scratch, steps: Int = 4, flags: [String] = []) async throws -> Command.Outcome {
        let text = try scratch.put(text, at: "text.txt")
        return try await orrery(
            [
                "train", "--data", text, "--tokenizer", "char", "--out", scratch("model"), "--steps", "\(steps)",
                "--batch", "4", "--json",
            ] + shape + flags)
    }

    /// `encoder/`, a sentence encoder of one layer that knows a few words.
    static func writeEncoder(_ scratch: Scratch) throws {
        let D = 8, F = 12, words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "moon", "planet"]
        let config: JSONValue = [
            "model_type": "bert", "vocab_size": JSONValue(words.count), "hidden_size": JSONValue(D),
            "num_hidden_layers": 1, "num_attention_heads": 2,
            "intermediate_size": JSONValue(F), "max_position_embeddings": 16,
        ]
        var shapes = [
            ("embeddings.word_embeddings.weight", [words.count, D]),
            ("embeddings.position_embeddings.weight", [16, D]),
            ("embeddings.token_type_embeddings.weight", [2, D]),
        ]
        let layer = "encoder.layer.0."
        for (name, output, input) in [
            ("attention.self.query", D, D), ("attention.self.key", D, D), ("attention.self.value", D, D),
            ("attention.output.dense", D, D),
            ("intermediate.dense", F, D), ("output.dense", D, F),
        ] { shapes += [(layer + name + ".weight", [output, input]), (layer + name + ".bias", [output])] }
        for name in ["embeddings.LayerNorm", layer + "attention.output.LayerNorm", layer + "output.LayerNorm"] {
            shapes += [(name + ".weight", [D]), (name + ".bias", [D])]
        }
        let tensors = shapes.map { name, shape in
            let values = (0 ..< shape.reduce(1, *)).map { Float($0 * 7 % 11) / 11 - 0.4 }
            return SafetensorsTensor(
                name: name, dtype: .float32, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
        }
        try scratch.put(words.joined(separator: "\n") + "\n", at: "encoder/vocab.txt")
        try scratch.put(config.text(), at: "encoder/config.json")
        try SafetensorsWriter.write(tensors, to: scratch("encoder/model.safetensors"))
    }
}
