import Foundation
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTemplates
import OrreryTokenizers
import Testing

/// What transformers (float32) and llama.cpp (token ids) make of real weights: scripts/goldens/make_real_goldens.py.
struct RealWeights: CustomTestStringConvertible, Sendable, Decodable {
    struct Text: Sendable, Decodable {
        var text: String
        var ids: [TokenID]
    }

    /// The likeliest next tokens at a position, and the natural logarithms of their probabilities.
    struct Candidates: Sendable, Decodable {
        var ids: [Int]
        var logarithms: [Double]
    }

    var file: String
    var texts: [Text]
    var loss: Double
    /// After each token of the first text.
    var candidates: [Candidates]
    var prompt: String
    var greedy: [TokenID]
    var question: String?
    var chat: [TokenID]?
    var answer: String?

    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("peers/real").path
    static let names = ["smollm2-135m-instruct-q4_1", "gemma-3-270m-q4_k_m"]
    static var areThere: Bool { names.allSatisfy { FileStatus("\(directory)/\($0).gguf") != nil } }
    static let all = names.map { name in
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Goldens/\(name).json")
        return try! JSONDecoder().decode(RealWeights.self, from: Data(contentsOf: path))
    }

    var testDescription: String { file }
    func open() throws -> TextModel { try TextModel.open("\(Self.directory)/\(file)") { _ in } }
}

@Suite(.enabled(if: RealWeights.areThere, "../peers/real has no SmolLM2 and Gemma 3 to test with"), .serialized)
struct RealWeightsTests {
    @Test(arguments: RealWeights.all) func tokensAreLlamaCpps(_ golden: RealWeights) throws {
        let model = try golden.open()
        for text in golden.texts {
            let found = try model.tokenizer.encode(text.text)
            #expect(found == text.ids, "\(text.text.debugDescription)")
            #expect(
                try model.tokenizer.decode(found, skipsSpecialTokens: false).hasSuffix(text.text),
                "\(text.text.debugDescription)")
        }
    }

    @Test(arguments: RealWeights.all) func probabilitiesAreTransformers(_ golden: RealWeights) throws {
        let model = try golden.open(), V = model.model.shape.vocabularySize
        let ids = golden.texts[0].ids, logits = model.model.logits(Batch(ids), ForwardContext()).floats
        var furthest = 0.0, nats = 0.0
        for (position, candidates) in golden.candidates.enumerated() {
            let row = logits[position * V ..< (position + 1) * V], top = Double(row.max()!)
            let sum = log(row.reduce(0) { $0 + exp(Double($1) - top) }) + top
            for (id, logarithm) in zip(candidates.ids, candidates.logarithms) {
                furthest = max(furthest, abs(Double(row[row.startIndex + id]) - sum - logarithm))
            }
            if position + 1 < ids.count { nats -= Double(row[row.startIndex + Int(ids[position + 1])]) - sum }
        }
        #expect(furthest < 0.02)  // nats; with activations of 8 bits it is about 1
        #expect(abs(nats / Double(ids.count - 1) - golden.loss) < 1e-3)
    }

    @Test(arguments: RealWeights.all) func greedyTextIsTransformers(_ golden: RealWeights) throws {
        let model = try golden.open(), prompt = try model.promptTokens(golden.prompt)
        let generation = try model.generate(
            GenerationOptions(
                prompt: prompt, sampling: .greedy, stop: model.stopConditions(maxTokens: golden.greedy.count)))
        while try generation.next() != nil {}
        #expect(Array(generation.completion) == golden.greedy)
    }

    @Test(arguments: RealWeights.all) func perplexityIsTransformers(_ golden: RealWeights) throws {
        let model = try golden.open()
        let found = try model.perplexity(of: Array(golden.texts[0].text.utf8), context: 512, cut: .sliding(stride: 256))
        #expect(abs(found.loss - golden.loss) < 1e-3)
    }

    @Test(arguments: RealWeights.all) func theExplanationIsOfTheSameNumbers(_ golden: RealWeights) throws {
        let model = try golden.open(),
            e = try model.explain(golden.prompt, ExplanationOptions(sampling: .greedy, rounds: 4))
        #expect(e.rounds.map(\.piece.id) == Array(golden.greedy.prefix(4)))
        #expect(e.layers.count == model.model.shape.layers)
        #expect(abs(e.layers.last!.reading.probability - e.choice.candidates[0].modelProbability) < 1e-12)
        #expect(e.choice.chosen.token == golden.greedy[0])
    }

    @Test(arguments: RealWeights.all.filter { $0.question != nil }) func aChatAnswersAsTransformers(
        _ golden: RealWeights
    ) throws {
        let source = try golden.open(), files = try ChatTemplateFiles(path: "\(RealWeights.directory)/\(golden.file)")
        let found = try #require(files.template())
        let chat = ChatModel(
            source, template: try ChatTemplate(found.source, name: found.origin, specialTokens: files.specialTokens))
        let prompt = try chat.promptTokens([ChatMessage(role: "user", try #require(golden.question))])
        #expect(prompt == golden.chat)
        let generation = try source.generate(
            GenerationOptions(prompt: prompt, sampling: .greedy, stop: source.stopConditions(maxTokens: 32)))
        while try generation.next() != nil {}
        let answer = Array(generation.completion).filter { !source.endTokens.contains($0) }
        #expect(try source.tokenizer.decode(answer) == golden.answer)
    }
}
