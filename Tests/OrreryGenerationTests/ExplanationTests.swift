import Foundation
import OrreryCommand
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTokenizers
import Testing

@Suite struct ExplanationTests {
    private let prompt = "the cat sat on the mat"

    @Test func numbersAgreeWithEachOther() throws {
        let model = try TestModels.text()
        let sampling = SamplingOptions(temperature: 1.3, topK: 20, seed: 3)
        let e = try model.explain(
            prompt, ExplanationOptions(sampling: sampling, rounds: 5, candidates: 40, pattern: (1, 2)))
        #expect(e.pieces.flatMap(\.bytes).elementsEqual(prompt.utf8))
        #expect(e.vectors.count == Set(prompt).count)
        #expect(e.positions == .rotary)
        // What is read after the last layer is the model's own distribution.
        let last = try #require(e.layers.last)
        #expect(last.reading.piece.id == e.choice.candidates[0].token)
        #expect(abs(last.reading.probability - e.choice.candidates[0].modelProbability) < 1e-12)
        #expect(last.reading.finalProbability == last.reading.probability)
        #expect(abs(e.choice.candidates.reduce(0) { $0 + $1.modelProbability } - 1) < 1e-12)
        #expect(
            abs(e.entropy - e.choice.candidates.reduce(0) { $0 - $1.modelProbability * log2($1.modelProbability) })
                < 1e-9)
        #expect(e.rounds.first?.piece.id == e.choice.chosen.token)
        #expect(e.rounds.map(\.computed) == [0 ..< 22, 22 ..< 23, 23 ..< 24, 24 ..< 25, 25 ..< 26])
        #expect(e.rounds.map(\.reused) == [0, 22, 23, 24, 25])
        #expect(e.finishReason == .length)

        let generation = try model.generate(
            GenerationOptions(
                prompt: model.promptTokens(prompt), sampling: sampling, stop: model.stopConditions(maxTokens: 5)))
        while try generation.next() != nil {}
        #expect(e.rounds.map(\.piece.id) == Array(generation.completion))
        #expect(try e.completion == model.tokenizer.decode(generation.completion))
    }

    @Test func attentionIsTheModels() throws {
        let model = try TestModels.text()
        let e = try model.explain(prompt, ExplanationOptions(pattern: (1, 2)))
        let recorder = Recorder { $0.point == .pattern && $0.layer == 1 }
        let ids = try model.promptTokens(prompt), T = ids.count
        _ = model.model.logits(Batch(ids), ForwardContext(taps: recorder))
        let pattern = recorder[.pattern, 1]!.floats[(2 * T * T) ..< (3 * T * T)].map { $0 }
        let rows = try #require(e.pattern).weights
        #expect(rows.map(\.count) == Array(1 ... T))
        #expect(rows.enumerated().allSatisfy { t, row in row == Array(pattern[(t * T)...].prefix(t + 1)) })
        #expect(rows.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-5 })
        let head = e.layers[1].heads[2], link = try #require(head.strongest)
        #expect(link.weight == rows[link.from][link.to])
        var highest = -Float.infinity
        for t in 2 ..< T { for s in 1 ..< t { highest = max(highest, rows[t][s] - 1 / Float(t + 1)) } }
        #expect(link.aboveEven == highest)
        #expect(head.fromLast?.weight == rows[T - 1][1 ..< (T - 1)].max())
        func mean(_ weight: (Int) -> Float) -> Float { (1 ..< T).map(weight).reduce(0, +) / Float(T - 1) }
        #expect(abs(head.meanOnFirst - mean { rows[$0][0] }) < 1e-6)
        #expect(abs(head.meanOnSelf - mean { rows[$0][$0] }) < 1e-6)
    }

    @Test func nearestTokensPointTheSameWay() throws {
        let model = try TestModels.text()
        let e = try model.explain("ab", ExplanationOptions(rounds: 1, neighbours: 4))
        let table = model.model.tokenEmbedding.value.floats, D = model.model.shape.width
        func row(_ id: Int) -> [Float] { Array(table[(id * D)...].prefix(D)) }
        func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        for vector in e.vectors {
            let own = row(Int(vector.piece.id))
            #expect(abs(vector.norm - dot(own, own).squareRoot()) < 1e-5)
            func cosine(_ id: Int) -> Float { dot(own, row(id)) / (dot(own, own) * dot(row(id), row(id))).squareRoot() }
            let others = (0 ..< model.tokenizer.vocabularySize).filter { $0 != Int(vector.piece.id) }
            let cosines = others.map { (id: $0, cosine: cosine($0)) }.sorted { $0.cosine > $1.cosine }
            #expect(vector.nearest.map { Int($0.piece.id) } == cosines.prefix(4).map(\.id))
            #expect(zip(vector.nearest, cosines).allSatisfy { abs($0.cosine - $1.cosine) < 1e-5 })
        }
    }

    @Test func anyModel() throws {
        let tokenizer = try CharacterTokenizer(training: "abc\n")
        let model = try TextModel(
            TestModels.make(GPT2.Configuration(vocabSize: 4, nPositions: 16, nEmbd: 24, nLayer: 3, nHead: 2)),
            tokenizer: tokenizer)
        let e = try model.explain("", ExplanationOptions(sampling: .greedy, rounds: 3))
        #expect(e.positions == .added)
        #expect(e.pieces.map(\.id) == [0])
        #expect(e.layers.count == 3)
        #expect(e.layers.allSatisfy { $0.heads.allSatisfy { $0.strongest == nil } })
        #expect(e.choice.draw == nil)
        for width in [20, 37, 80, 200] {
            let page = ExplanationPage(e, width: width, appearance: .plain).render()
            #expect(page.contains("6  Loop"))
        }
        #expect(
            message { _ = try model.explain("a", ExplanationOptions(pattern: (3, 0))) }
                == "the layer is 3; expected 0 to 2")
        #expect(
            message { _ = try model.explain("a", ExplanationOptions(pattern: (0, 2))) }
                == "the head is 2; expected 0 to 1")
        #expect(
            message { _ = try model.explain("a", ExplanationOptions(rounds: 0)) }
                == "the number of rounds is 0; expected at least 1")
    }

    @Test func everyKeyIsInSnakeCase() throws {
        let e = try TestModels.text().explain(
            prompt, ExplanationOptions(sampling: SamplingOptions(topK: 5, topP: 0.5, minP: 0.1), pattern: (0, 0)))
        func check(_ value: JSONValue) {
            switch value {
            case .object(let object):
                for (key, value) in object.members {
                    #expect(key.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(key)")
                    check(value)
                }
            case .array(let values): values.forEach(check)
            default: break
            }
        }
        check(.object(e.json))
        #expect(e.json["pattern"]?["weights"] != nil)
        #expect(e.json["choice"]?["sampling"]?["top_k"] == 5)
    }
}
