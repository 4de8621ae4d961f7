import Foundation
import OrreryFiles
import OrreryGeneration
import OrreryNN
import Testing

/// What the files of sentence-transformers say. That the numbers are that library's,
/// scripts/compare/compare_sentence_transformers.py shows.
@Suite struct SentenceEncoderTests {
    private let settings = "sentence_bert_config.json", prompts = "config_sentence_transformers.json"

    @Test func lowerCase() throws {
        let folder = try SentenceFolder(), plain = try folder.vector("the cat [MASK]")
        #expect(try folder.vector("The Cat [MASK]") != plain)
        try folder.write(["do_lower_case": true], settings)
        #expect(try folder.vector("The Cat [MASK]") == plain, "special tokens stay as they are spelled")
    }

    @Test func lengths() throws {
        let folder = try SentenceFolder(), text = "the cat sat the cat sat"
        func count(_ text: String) throws -> Int { try SentenceEncoder.open(folder.path).embed(text).tokens }
        #expect(try count(text) == 8)
        #expect(try count(String(repeating: text + " ", count: 9)) == 32, "the encoder's positions")
        try folder.write(
            ["tokenizer_class": "BertTokenizer", "do_lower_case": false, "model_max_length": 6], "tokenizer_config.json"
        )
        #expect(try count(text) == 6)
        try folder.write(["max_seq_length": 5], settings)
        #expect(try count(text) == 5, "the settings of sentence-transformers go before the tokenizer's")
        #expect(try folder.vector(text) == folder.vector("the cat sat"), "the beginning is kept, and both markers")
        try folder.write(
            ["tokenizer_class": "BertTokenizer", "do_lower_case": false, "truncation_side": "left"],
            "tokenizer_config.json")
        #expect(
            try folder.vector(text) == folder.vector("the cat sat")
                && folder.vector("cat cat cat the cat") == folder.vector("cat the cat"))
        try folder.write(["max_seq_length": 9, "processor_kwargs": ["model_max_length": 4]], settings)
        #expect(try count(text) == 4)
    }

    @Test func prompt() throws {
        let folder = try SentenceFolder()
        try folder.write(
            [
                "prompts": ["query": "query : ", "other": nil], "default_prompt_name": "query",
                "similarity_fn_name": "dot", "truncate_dim": 3,
            ], prompts)
        let encoder = try SentenceEncoder.open(folder.path), modules = encoder.modules
        #expect(try modules.prompts.prompt(text: nil, name: nil) == "query : ")
        #expect(
            try modules.prompts.prompt(text: nil, name: "other").isEmpty
                && modules.prompts.prompt(text: "x", name: "query") == "x")
        #expect(
            message { _ = try modules.prompts.prompt(text: nil, name: "none") }
                == "there is no prompt named \"none\"; expected one of document, other, query")
        #expect(modules.similarity == .dot && encoder.width == 3)
        #expect(
            try folder.vector("cat", prompt: "query : ") == folder.vector("query : cat")
                && folder.vector("cat").count == 3)
        try folder.write(["pooling_mode": "cls", "include_prompt": false], "1_Pooling/config.json")
        let states = try encoder.encoder.encode(Batch(encoder.tokenizer.encode("query : cat")), .init()).floats
        #expect(
            try folder.vector("cat", prompt: "query : ")
                == Array(states[3 * SentenceFolder.width ..< 3 * SentenceFolder.width + 3]),
            "the first after [CLS] query :")
        try folder.write(["default_prompt_name": "none"], prompts)
        #expect(message { _ = try SentenceEncoder.open(folder.path) }?.contains("default_prompt_name") == true)
    }

    /// Two positions of two elements, and the prompt's left out.
    @Test func poolings() throws {
        func pooled(_ config: JSONObject, prompt: Int = 0) throws -> [Float] {
            try SentencePooling(JSONFields(.object(config), file: "config.json"))(
                [1, -2, 3, 6, -1, 5], positions: 3, prompt: prompt)
        }
        #expect(
            try pooled(["pooling_mode": "cls"]) == [1, -2] && pooled(["pooling_mode": "max"]) == [3, 6]
                && pooled(["pooling_mode": "mean"]) == [1, 3])
        #expect(
            try pooled(["pooling_mode": "mean_sqrt_len_tokens"]) == [
                Float(3 / 3.0.squareRoot()), Float(9 / 3.0.squareRoot()),
            ])
        #expect(
            try pooled(["pooling_mode": "weightedmean"]) == [4.0 / 6, 25.0 / 6]
                && pooled(["pooling_mode": "lasttoken"]) == [-1, 5])
        #expect(try pooled(["pooling_mode": ["lasttoken", "cls"]]) == [-1, 5, 1, -2], "in the list's order")
        #expect(
            try pooled(["pooling_mode_lasttoken": true, "pooling_mode_cls_token": true]) == [1, -2, -1, 5],
            "flags have an order of their own")
        #expect(try pooled(["pooling_mode_mean_tokens": false]) == [1, 3], "the mean where nothing is asked for")
        #expect(
            try pooled(["pooling_mode": "weightedmean", "include_prompt": false], prompt: 1) == [3.0 / 5, 27.0 / 5],
            "with the weights of their positions")
        #expect(
            message { _ = try pooled(["pooling_mode": "median"]) }?.contains(
                "field \"pooling_mode\": expected one or several of cls, max, mean") == true)
    }

    @Test func layers() throws {
        let folder = try SentenceFolder(), D = SentenceFolder.width, plain = try folder.vector("the cat")
        let length = plain.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot(),
            weights = (0 ..< 3 * D).map { Float($0 % 5) - 2 }
        func near(_ x: [Float], _ y: [Float]) -> Bool {
            x.count == y.count && zip(x, y).allSatisfy { abs($0 - $1) < 1e-5 }
        }
        try folder.modules("Transformer", "Pooling", "Normalize")
        #expect(near(try folder.vector("the cat"), plain.map { $0 / length }))
        try folder.modules("Transformer", "Pooling", "Dense")
        try folder.write(
            [
                "in_features": JSONValue(D), "out_features": 3, "bias": true,
                "activation_function": "torch.nn.modules.linear.Identity",
            ], "2_Dense/config.json")
        try folder.save(
            [("linear.weight", [3, D], weights), ("linear.bias", [3], [1, 2, 3])], "2_Dense/model.safetensors")
        let made = (0 ..< 3).map { row in (0 ..< D).reduce(Float(row + 1)) { $0 + weights[row * D + $1] * plain[$1] } }
        #expect(near(try folder.vector("the cat"), made))
        try folder.write(
            ["in_features": JSONValue(D), "out_features": 3, "activation_function": "mine.Best"], "2_Dense/config.json")
        #expect(
            near(try folder.vector("the cat"), made.map { Foundation.tanh($0) }),
            "as the reference does with a class that it does not trust")
        #expect(try folder.warnings().contains { $0.contains("activation_function \"mine.Best\"") })
        try folder.write(["in_features": 9, "out_features": 3], "2_Dense/config.json")
        #expect(
            message { _ = try folder.vector("x") }?.contains("2_Dense/config.json: field \"in_features\": expected 8")
                == true)
        try folder.modules("Transformer", "Pooling", "LayerNorm")
        try folder.write(["dimension": JSONValue(D)], "2_LayerNorm/config.json")
        try folder.save(
            [("norm.weight", [D], .init(repeating: 1, count: D)), ("norm.bias", [D], .init(repeating: 0, count: D))],
            "2_LayerNorm/model.safetensors")
        #expect(abs(try folder.vector("the cat").reduce(0, +)) < 1e-4, "a mean of zero")
    }

    /// Order counts: a later pooling replaces what was made before it.
    @Test func order() throws {
        let folder = try SentenceFolder(), plain = try folder.vector("the cat")
        try folder.modules("Transformer", "Pooling", "Normalize", "Pooling")
        try folder.write(["pooling_mode": "mean"], "3_Pooling/config.json")
        #expect(try folder.vector("the cat") == plain)
        try folder.modules("Transformer", "Normalize", "Pooling")
        try folder.write(["pooling_mode": "mean"], "2_Pooling/config.json")
        #expect(try folder.vector("the cat") == plain, "there is no vector yet to be normalized")
        try folder.write(["module_input_name": "token_embeddings"], "1_Normalize/config.json")
        #expect(try folder.vector("the cat") != plain)
    }

    /// What can't be done is named.
    @Test(
        arguments: [
            ("transformer_task", "fill-mask"), ("module_output_name", "x"),
            ("processing_kwargs", ["text": ["max_length": 3]]), ("config_kwargs", ["hidden_act": "relu"]),
            ("max_seq_length", 0), ("modality_config", ["text": ["method": "get_text_features"]]),
        ] as [(String, JSONValue)]) func refusals(_ key: String, _ value: JSONValue) throws
    {
        let folder = try SentenceFolder()
        try folder.write(.object([key: value]), settings)
        let line = try #require(message { _ = try SentenceEncoder.open(folder.path) })
        #expect(line.contains("\(settings): field \"\(key)"), "\(line)")
    }

    @Test func unknownModule() throws {
        let folder = try SentenceFolder()
        try folder.modules("Transformer", "Pooling", "CNN")
        #expect(message { _ = try SentenceEncoder.open(folder.path) }?.contains("models.CNN") == true)
        try folder.modules("Transformer")
        #expect(try folder.warnings().contains { $0.contains("no module that pools") })
        try folder.write(["model_args": ["attn_implementation": "eager"], "query_length": 8], settings)
        let warnings = try folder.warnings()
        for name in ["query_length", "model_args.attn_implementation"] {
            #expect(warnings.contains("\(folder.path)/\(settings): \(name) is not used"))
        }
    }

    /// A GGUF file has a place for one pooling and nothing else.
    @Test func conversion() throws {
        let folder = try SentenceFolder()
        #expect(try SentenceModules(folder.path).ggufPairs(architecture: "bert").map(\.key) == ["bert.pooling_type"])
        try folder.write(["do_lower_case": true], settings)
        #expect(
            message { _ = try SentenceModules(folder.path).ggufPairs(architecture: "bert") }?.contains("do_lower_case")
                == true)
        try folder.write(["pooling_mode": ["cls", "max"]], "1_Pooling/config.json")
        #expect(
            message { _ = try SentenceModules(folder.path).ggufPairs(architecture: "bert") }?.contains(
                "pooling by first, largest") == true)
    }
}
