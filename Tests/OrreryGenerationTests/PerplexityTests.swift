import Foundation
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTokenizers
import Testing

@Suite struct PerplexityTests {
    @Test(arguments: [(2, 8, 4), (7, 8, 4), (8, 8, 4), (9, 8, 4), (40, 8, 1), (41, 8, 7), (100, 16, 5)])
    func slidingWindowsScoreEveryTokenOnce(count: Int, context: Int, stride: Int) {
        let windows = EvaluationWindows(count: count, context: context, cut: .sliding(stride: stride))
        #expect(windows.flatMap(\.scored) == Array(1 ..< count))
        for (index, window) in windows.enumerated() {
            #expect(
                window.range.count <= context && window.range.upperBound <= count
                    && window.range.contains(window.scored.lowerBound))
            // context enough before the first that counts
            if index > 0 { #expect(window.scored.lowerBound - window.range.lowerBound >= context - stride) }
        }
    }

    @Test func halves() {
        let windows = EvaluationWindows(count: 27, context: 8, cut: .halves)
        #expect(windows.map(\.range) == [0 ..< 8, 8 ..< 16, 16 ..< 24])
        #expect(windows.map(\.scored) == [5 ..< 8, 13 ..< 16, 21 ..< 24])
    }

    /// A window at a time, by hand, gives the same.
    @Test(arguments: [EvaluationWindows.Cut.sliding(stride: 5), .halves]) func sumsEachWindow(
        cut: EvaluationWindows.Cut
    ) throws {
        let config = Qwen3.Configuration(
            vocabSize: 256, hiddenSize: 32, intermediateSize: 48, numHiddenLayers: 2, numAttentionHeads: 2,
            numKeyValueHeads: 1, headDim: 16,
            maxPositionEmbeddings: 32)
        let source = try TextModel(try Qwen3(config, RandomWeights(seed: 3)), tokenizer: try ByteTokenizer())
        let text = Array("A text of some length, longer than a few windows of twelve tokens.".utf8)
        let found = try source.perplexity(of: text, context: 12, cut: cut)
        let windows = EvaluationWindows(count: text.count, context: 12, cut: cut)
        var nats = 0.0, tokens = 0
        for window in windows {
            let logits = source.model.logits(Batch(text[window.range].map { Int32($0) }), ForwardContext()).floats
            for position in window.scored {
                let row = logits[
                    (position - 1 - window.range.lowerBound) * 256 ..< (position - window.range.lowerBound) * 256
                ].map(Double.init)
                nats += log(row.reduce(0) { $0 + exp($1) }) - row[Int(text[position])]
                tokens += 1
            }
        }
        #expect(found.tokens == tokens && found.bytes == tokens && found.windows == windows.count)
        #expect(abs(found.nats - nats) < 1e-4 * nats)
        #expect(abs(found.bitsPerByte - found.loss / log(2)) < 1e-12)
    }

    @Test func refusesWhatCannotBeMeasured() throws {
        let config = Qwen3.Configuration(
            vocabSize: 256, hiddenSize: 32, intermediateSize: 48, numHiddenLayers: 1, numAttentionHeads: 2,
            numKeyValueHeads: 1, headDim: 16,
            maxPositionEmbeddings: 32)
        let source = try TextModel(try Qwen3(config, RandomWeights(seed: 3)), tokenizer: try ByteTokenizer())
        func problem(_ text: String, _ context: Int, _ cut: EvaluationWindows.Cut) -> String {
            do { return "\(try source.perplexity(of: Array(text.utf8), context: context, cut: cut))" } catch {
                return "\(error)"
            }
        }
        #expect(problem("abc", 33, .halves) == "the context is 33; expected 2 to 32, the model's own")
        #expect(problem("abc", 8, .sliding(stride: 8)) == "the stride is 8; expected 1 to 7, less than the context")
        #expect(problem("a", 8, .sliding(stride: 4)) == "the text is 1 token long; expected at least 2")
        #expect(problem("abcdefg", 8, .halves) == "the text is 7 tokens long; expected at least 8, one window")
    }
}
