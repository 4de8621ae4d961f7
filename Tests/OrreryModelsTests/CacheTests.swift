import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// A sequence's logits do not depend, bit for bit, on its neighbours, on the pieces in which it came, or on the
/// threads.
@Suite struct CacheTests {
    private static let length = 100

    @Test(arguments: Small.allCases, [ElementType.float32, .bfloat16])
    func sameBits(_ small: Small, type: ElementType) throws {
        let model = try small.make(), V = Small.vocabulary, T = Self.length
        let ids = someIDs(16 * T, vocabulary: V)
        let mine = Array(ids[3 * T ..< 4 * T])
        let alone = bits(model.logits(Batch(mine), ForwardContext(computeType: type)).floats)

        let batch = model.logits(Batch(ids, sequences: 16), ForwardContext(computeType: type)).floats
        #expect(bits(Array(batch[3 * T * V ..< 4 * T * V])) == alone, "in a batch of 16")

        for threads in [1, 2] {
            let other = Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: threads)) {
                bits(model.logits(Batch(mine), ForwardContext(computeType: type)).floats)
            }
            #expect(other == alone, "on \(threads) threads")
        }

        for piece in [T, 7, 1] {
            let cache = model.makeState(capacity: T, type: CacheType(type))
            var found: [Float] = []
            for start in stride(from: 0, to: T, by: piece) {
                let new = Array(mine[start ..< min(T, start + piece)])
                found +=
                    model.logits(Batch(new, continuing: cache, outputs: .all), ForwardContext(computeType: type)).floats
            }
            #expect(bits(found) == alone, "in pieces of \(piece)")
        }
    }

    /// The same with keys and values in fewer bits: whole, in pieces, in a batch, on one thread and two.
    @Test(arguments: Small.allCases, [CacheType.float16, .q8_0])
    func sameBits(_ small: Small, kept cacheType: CacheType) throws {
        let model = try small.make(), V = Small.vocabulary, T = Self.length
        let ids = someIDs(16 * T, vocabulary: V), mine = Array(ids[3 * T ..< 4 * T])
        func logits(_ ids: [Int32], batch: Int, pieces: Int, threads: Int) -> [Float] {
            Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: threads)) {
                let states = (0 ..< batch).map { _ in model.makeState(capacity: T, type: cacheType) }
                var rows = [[Float]](repeating: [], count: batch)
                for start in stride(from: 0, to: T, by: pieces) {
                    let end = min(T, start + pieces),
                        new = (0 ..< batch).flatMap { ids[$0 * T + start ..< $0 * T + end] }
                    let
                        found = model.logits(
                            Batch(new, runs: states.map { Batch.Run(count: end - start, state: $0) }), ForwardContext()
                        ).floats, width = (end - start) * V
                    for b in 0 ..< batch { rows[b] += found[b * width ..< (b + 1) * width] }
                }
                return rows.flatMap { $0 }
            }
        }
        let alone = logits(mine, batch: 1, pieces: T, threads: 1)
        for threads in [1, 2] {
            for pieces in [T, 7, 1] {
                #expect(
                    bits(logits(mine, batch: 1, pieces: pieces, threads: threads)) == bits(alone),
                    "pieces of \(pieces), \(threads) threads")
            }
            #expect(
                bits(Array(logits(ids, batch: 16, pieces: 7, threads: threads)[3 * T * V ..< 4 * T * V]))
                    == bits(alone), "in a batch of 16")
        }
        let exact = model.logits(Batch(mine), ForwardContext()).floats
        #expect(alone != exact, "keys and values are rounded")
        #expect(relative(alone, exact) < (cacheType == .q8_0 ? 0.02 : 0.002))
    }

    /// Layers that look back no further than a window keep no more than that and what may be taken back; the logits
    /// stay the same.
    @Test(arguments: [("gemma3_text", 2), ("mistral", 1)], [CacheType.float32, .q8_0])
    func windows(_ architecture: (type: String, pattern: Int), cacheType: CacheType) throws {
        let T = 700, V = Variant.vocabulary, window = 20
        let variant = Variant(
            architecture.type, architecture.type,
            [
                "max_position_embeddings": JSONValue(T), "sliding_window": JSONValue(window),
                "sliding_window_pattern": JSONValue(architecture.pattern),
            ])
        let model = try variant.make(), ids = someIDs(T, vocabulary: V)
        let isWindowed = (0 ..< model.shape.layers).map { model.slidingWindow(layer: $0) == window }
        #expect(isWindowed.contains(true) && isWindowed.contains(false) == (architecture.pattern > 1))
        func logits(pieces: Int, _ cache: any SequenceState) -> [Float] {
            var found: [Float] = []
            while cache.count < T {
                let new = Array(ids[cache.count...].prefix(pieces))
                found += model.logits(Batch(new, continuing: cache, outputs: .all), ForwardContext()).floats
            }
            return found
        }
        let all = KeyValueCache(
            windows: Array(repeating: nil, count: model.shape.layers), keyValueHeads: model.shape.keyValueHeads,
            headSize: model.shape.headSize, capacity: T, type: cacheType)
        let whole = logits(pieces: T, all)
        for pieces in [T, 300, 7] {
            let cache = model.makeState(capacity: T, type: cacheType)
            #expect(bits(logits(pieces: pieces, cache)) == bits(whole), "in pieces of \(pieces)")
            #expect(cache.byteCount < all.byteCount)
            #expect(
                !cache.canTruncate(to: 100) && cache.canTruncate(to: T - KeyValueTiles.slack)
                    && cache.canTruncate(to: 0))
            for count in [T - KeyValueTiles.slack, 0] {
                cache.truncate(to: count)
                #expect(
                    bits(logits(pieces: pieces, cache)) == bits(Array(whole[(count * V)...])),
                    "again from \(count), in pieces of \(pieces)")
            }
        }
    }

    /// A tap that sees the scores of more positions than a ring has room for changes nothing.
    @Test func tapsOnAWindow() throws {
        let T = 500,
            model = try Variant("mistral", "mistral", ["max_position_embeddings": JSONValue(T), "sliding_window": 20])
                .make()
        let ids = someIDs(T, vocabulary: Variant.vocabulary)
        func logits(_ taps: (any Taps)?) -> [Float] {
            let cache = model.makeState(capacity: T, type: .float32)
            return [0 ..< 30, 30 ..< 450, 450 ..< 500].flatMap { (range: Range<Int>) -> [Float] in
                return model.logits(
                    Batch(Array(ids[range]), continuing: cache, outputs: .all), ForwardContext(taps: taps)
                ).floats
            }
        }
        let plain = logits(nil), recorder = Recorder { $0.point == .pattern }
        #expect(bits(logits(recorder)) == bits(plain))
        let pattern = try #require(recorder[.pattern, 1]).floats  // of the last piece
        for row in stride(from: 0, to: pattern.count, by: T) {
            let seen = 450 + row / T % 50 - 19 ... 450 + row / T % 50
            #expect(
                abs(pattern[row ..< row + T][seen.lowerBound + row ... seen.upperBound + row].reduce(0, +) - 1) < 1e-5)
        }
    }

    /// What was truncated leaves no trace.
    @Test(arguments: Small.allCases) func truncation(_ small: Small) throws {
        let model = try small.make(), ids = someIDs(80, vocabulary: Small.vocabulary)
        func last(_ tokens: ArraySlice<Int32>, _ cache: any SequenceState) -> [Float] {
            return model.logits(Batch(Array(tokens), continuing: cache), ForwardContext()).floats
        }
        let cache = model.makeState(capacity: 80, type: .float32)
        let first = last(ids[0 ..< 70], cache)
        _ = last(someIDs(10, vocabulary: Small.vocabulary, seed: 9)[...], cache)
        cache.truncate(to: 65)
        #expect(bits(last(ids[65 ..< 70], cache)) == bits(first))
    }

    /// The last rows alone, and `unembed` on the residual stream are those of the whole.
    @Test(arguments: Small.allCases) func lastRow(_ small: Small) throws {
        let model = try small.make(), V = Small.vocabulary, ids = someIDs(2 * 9, vocabulary: V)
        let recorder = Recorder { $0.point == .residualPost && $0.layer == 2 }
        let all = model.logits(Batch(ids, sequences: 2), ForwardContext(taps: recorder)).floats
        let last = model.logits(Batch(ids, sequences: 2, outputs: .last), ForwardContext())
        #expect(last.shape == [2, V])
        #expect(bits(last.floats) == bits(Array(all[8 * V ..< 9 * V] + all[17 * V ..< 18 * V])))
        let again = model.unembed(try #require(recorder[.residualPost, 2]), ForwardContext())
        #expect(bits(again.floats) == bits(all))
    }
}
