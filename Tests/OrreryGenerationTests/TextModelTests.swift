import Foundation
import OrreryGeneration
import OrreryModels
import OrreryTokenizers
import Synchronization
import Testing

@Suite struct TextModelTests {
    /// A model directory of its own for each test.
    private func directory(_ generationConfig: String? = nil, tokenizer: Bool = true) throws -> String {
        let path = NSTemporaryDirectory() + "orrery-generation-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let model = try TestModels.text()
        try ModelDirectory.write(model.model, to: path)
        if tokenizer { try model.tokenizer.save(to: path) }
        if let generationConfig {
            try Data(generationConfig.utf8).write(to: URL(fileURLWithPath: path + "/generation_config.json"))
        }
        return path
    }

    @Test func opensWhatWasWritten() throws {
        let path = try directory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (opened, made) = (try TextModel.open(path), try TestModels.text())
        #expect(opened.endTokens == made.endTokens)
        #expect(opened.suggestedSampling == nil)
        func text(_ model: TextModel) throws -> [TokenID] {
            let generation = try model.generate(
                GenerationOptions(prompt: model.promptTokens("hello"), stop: model.stopConditions(maxTokens: 20)))
            while try generation.next() != nil {}
            return generation.tokens
        }
        #expect(try text(opened) == text(made))
    }

    /// A begin token that a prompt spells is there twice, for the tokenizer puts one too.
    @Test func doubledStart() throws {
        var pieces = SentencePieceModel(kind: .bpe)
        pieces.append("<unk>".utf8, score: 0, type: .unknown)
        for mark in ["<s>", "</s>"] { pieces.append(mark.utf8, score: 0, type: .control) }
        for (rank, piece) in ["▁", "a", "▁a"].enumerated() { pieces.append(piece.utf8, score: -Float(rank)) }
        let framing = try TextModel(
            TestModels.text().model, tokenizer: SentencePieceTokenizer(pieces, frame: ([1], [])))
        #expect(framing.doubledStart(of: "<s>a") == "<s>")
        for text in ["a<s>", "a", "", "</s>a"] { #expect(framing.doubledStart(of: text) == nil, "\(text)") }
        let plain = try TextModel(TestModels.text().model, tokenizer: SentencePieceTokenizer(pieces))
        #expect(plain.doubledStart(of: "<s><s>a") == nil)
    }

    @Test func whatThePublisherSaysCounts() throws {
        let path = try directory(
            #"{"eos_token_id": [3, 7], "do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "repetition_penalty": 1.1, "typical_p": 0.9, "num_beams": 1}"#
        )
        defer { try? FileManager.default.removeItem(atPath: path) }
        let warnings = Mutex<[String]>([])
        let model = try TextModel.open(path) { line in warnings.withLock { $0.append(line) } }
        #expect(model.endTokens == [3, 7, model.tokenizer.endOfText!])
        #expect(
            model.suggestedSampling == SamplingOptions(temperature: 0.6, topK: 20, topP: 0.95, repetitionPenalty: 1.1))
        #expect(warnings.withLock { $0 } == ["\(path)/generation_config.json: typical_p is ignored here"])
    }

    /// transformers applies it whether it samples or not.
    @Test func aRepetitionPenaltyCountsWithoutSampling() throws {
        let path = try directory(#"{"repetition_penalty": 1.2}"#)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try TextModel.open(path).suggestedSampling?.repetitionPenalty == 1.2)
        let bad = try directory(#"{"repetition_penalty": 0}"#)
        defer { try? FileManager.default.removeItem(atPath: bad) }
        let warnings = Mutex<[String]>([])
        #expect(try TextModel.open(bad) { line in warnings.withLock { $0.append(line) } }.suggestedSampling == nil)
        #expect(
            warnings.withLock { $0 } == [
                "\(bad)/generation_config.json: repetition_penalty is 0.0, expected more than 0; it is ignored"
            ])
    }

    /// What transformers' `generate` does with each.
    @Test(
        arguments: [
            (#"{"do_sample": false, "temperature": 0.6, "top_k": 20}"#, SamplingOptions.greedy),
            (#"{"temperature": 0}"#, .greedy), (#"{"temperature": 0.0, "do_sample": true}"#, .greedy),
            (#"{"do_sample": false, "temperature": -3}"#, .greedy),
            (#"{"do_sample": true}"#, SamplingOptions(topK: 50)),
            (#"{"do_sample": true, "top_k": 0}"#, SamplingOptions()),
            (#"{"eos_token_id": 3}"#, nil), (#"{"do_sample": null, "temperature": null}"#, nil),
        ] as [(String, SamplingOptions?)]) func samplingOfAFile(_ text: String, _ expected: SamplingOptions?) throws
    {
        let path = try directory(text)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try TextModel.open(path).suggestedSampling == expected)
    }

    /// A GPT-2 without biases is written with zeros, as its class in transformers needs them; reading them back is no
    /// surprise.
    @Test func zeroBiasesAreNoNews() throws {
        let path = try directory()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let config = GPT2.Configuration(vocabSize: 4, nPositions: 8, nEmbd: 8, nLayer: 1, nHead: 2, bias: false)
        try ModelDirectory.write(TestModels.make(config), to: path)
        _ = try ModelDirectory.open(path) { Issue.record("\($0)") }
    }

    @Test func whatIsMissingIsNamed() throws {
        let path = try directory(tokenizer: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(message { _ = try TextModel.open(path) }?.contains("\(path)/tokenizer.json") == true)
        let bad = try directory(#"{"do_sample": true, "temperature": -1}"#)
        defer { try? FileManager.default.removeItem(atPath: bad) }
        #expect(message { _ = try TextModel.open(bad) }?.hasPrefix("`temperature` is -1.0; expected") == true)
    }
}
