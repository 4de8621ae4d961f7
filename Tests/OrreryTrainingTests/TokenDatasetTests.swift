import OrreryNN
import OrreryTokenizers
import OrreryTraining
import Testing

/// A text as ids: the split, the windows of validation, the batches of training.
@Suite struct TokenDatasetTests {
    private func dataset(
        _ count: Int, vocabulary: Int = 50_000, fraction: Double = 0.1, context: Int = 4
    ) throws -> TokenDataset {
        // every id tells its place
        try TokenDataset(
            (0 ..< count).map { TokenID($0) }, validationFraction: fraction, contextLength: context, name: "text",
            vocabularySize: vocabulary)
    }

    @Test(arguments: [300, 1 << 16, 1 << 17]) func splitAndStorage(_ vocabulary: Int) throws {
        let data = try dataset(300, vocabulary: vocabulary)
        #expect(data.train[0 ..< 270] == (0 ..< 270).map { TokenID($0) })
        #expect(data.validation[0 ..< 30] == (270 ..< 300).map { TokenID($0) })
        let last = TokenID(vocabulary - 1)
        let edge = try TokenDataset(
            [last, 0, last, last], validationFraction: 0, contextLength: 2, name: "text", vocabularySize: vocabulary)
        #expect(edge.train[0 ..< 4] == [last, 0, last, last])
    }

    /// Each target of the split is predicted exactly once, from the id before it, but for a rest shorter than a
    /// context.
    @Test(arguments: [5, 8, 9, 10, 12, 13, 400]) func windowsCoverOnce(_ count: Int) throws {
        let context = 4
        let run = try dataset(count, fraction: 0, context: context).train
        let starts = run.windows(contextLength: context)
        let batch = run.batch(starts)
        #expect(batch.targets == (1 ..< 1 + starts.count * context).map { TokenID($0) })
        #expect(batch.inputs == batch.targets.map { $0 - 1 })
        #expect(batch.sequences == starts.count)
        #expect(count - 1 - starts.count * context < context, "a whole window was left out")
    }

    @Test func randomBatches() throws {
        let context = 4, run = try dataset(13, fraction: 0, context: context).train
        var starts: [TokenID: Int] = [:]
        for stream in 0 ..< 400 {
            let batch = run.randomBatch(sequences: 3, contextLength: context, seed: 7, stream: UInt64(stream))
            #expect(batch.inputs.count == 12 && batch.targets.count == 12 && batch.sequences == 3)
            #expect(batch.targets == batch.inputs.map { $0 + 1 })
            #expect(batch.inputs.min()! >= 0 && batch.targets.max()! <= 12)
            for sequence in 0 ..< 3 { starts[batch.inputs[sequence * context], default: 0] += 1 }
        }
        // 1200 starts in 9 places: each is as likely as the others, four standard deviations allowed
        #expect(starts.keys.sorted() == Array(0 ... 8))
        #expect(starts.values.allSatisfy { abs($0 - 133) < 44 }, "\(starts)")
    }

    /// A batch is a function of seed and stream.
    @Test func randomBatchesRepeat() throws {
        let run = try dataset(5000, fraction: 0).train
        func inputs(_ seed: UInt64, _ stream: UInt64) -> [TokenID] {
            run.randomBatch(sequences: 8, contextLength: 4, seed: seed, stream: stream).inputs
        }
        #expect(inputs(1, 5) == inputs(1, 5))
        #expect(inputs(1, 5) != inputs(2, 5))
        // and its neighbours share no start with it
        let starts = (0 ..< 6).map { stream in Set(stride(from: 0, to: 32, by: 4).map { inputs(1, UInt64(stream))[$0] })
        }
        for a in 0 ..< 6 {
            for b in 0 ..< a { #expect(starts[a].intersection(starts[b]).count <= 1, "streams \(b) and \(a)") }
        }
    }

    @Test func shortestTexts() throws {
        #expect(try dataset(5, fraction: 0, context: 4).train.count == 5)
        #expect(
            line { try dataset(4, fraction: 0, context: 4) }.hasPrefix(
                "text: 4 tokens to train on are fewer than one context of 4 and the next token"))
        #expect(line { try dataset(0, fraction: 0, context: 4) }.hasPrefix("text: 0 tokens to train on"))
        #expect(try dataset(50, context: 4).validation.count == 5)
        #expect(
            line { try dataset(40, context: 4) }.hasPrefix(
                "text: 4 tokens to validate on are fewer than one context of 4"))
    }

    /// It tells another text, another split of the same, and ids in another order.
    @Test func fingerprint() throws {
        func fingerprint(_ ids: [TokenID], fraction: Double = 0.1, vocabulary: Int = 300) throws -> UInt64 {
            try TokenDataset(
                ids, validationFraction: fraction, contextLength: 2, name: "text", vocabularySize: vocabulary
            ).fingerprint
        }
        let ids = (0 ..< 100).map { TokenID($0 * 7 % 50) }
        let own = try fingerprint(ids)
        #expect(try fingerprint(ids) == own)
        #expect(try fingerprint(ids, fraction: 0.2) != own)
        for place in [0, 50, 89, 90, 99] {
            var changed = ids
            changed[place] ^= 1
            #expect(try fingerprint(changed) != own, "id \(place)")
        }
        var swapped = ids
        swapped.swapAt(3, 4)
        #expect(try fingerprint(swapped) != own)
    }
}
