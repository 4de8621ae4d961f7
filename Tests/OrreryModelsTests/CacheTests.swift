import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// A sequence's logits do not depend, bit for bit, on its neighbours, on the pieces in which it came, or on the threads.
@Suite struct CacheTests {
    private static let length = 100

    @Test(arguments: Small.allCases, [ElementType.float32, .bfloat16])
    func sameBits(_ small: Small, type: ElementType) throws {
        let model = try small.make(), V = Small.vocabulary, T = Self.length
        let ids = someIDs(16 * T, vocabulary: V)
        let mine = Array(ids[3 * T ..< 4 * T])
        let alone = bits(model.logits(mine, batch: 1, ForwardContext(computeType: type)).floats)

        let batch = model.logits(ids, batch: 16, ForwardContext(computeType: type)).floats
        #expect(bits(Array(batch[3 * T * V ..< 4 * T * V])) == alone, "in a batch of 16")

        for threads in [1, 2] {
            let other = Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: threads)) {
                bits(model.logits(mine, batch: 1, ForwardContext(computeType: type)).floats)
            }
            #expect(other == alone, "on \(threads) threads")
        }

        for piece in [T, 7, 1] {
            let cache = model.makeCache(capacity: T, type: type)
            var found: [Float] = []
            for start in stride(from: 0, to: T, by: piece) {
                let new = Array(mine[start ..< min(T, start + piece)])
                found += model.logits(new, batch: 1, ForwardContext(computeType: type, cache: cache)).floats
                cache.advance(by: new.count)
            }
            #expect(bits(found) == alone, "in pieces of \(piece)")
        }
    }

    /// What was truncated leaves no trace.
    @Test(arguments: Small.allCases) func truncation(_ small: Small) throws {
        let model = try small.make(), ids = someIDs(80, vocabulary: Small.vocabulary)
        func last(_ tokens: ArraySlice<Int32>, _ cache: KeyValueStore) -> [Float] {
            defer { cache.advance(by: tokens.count) }
            return model.logits(Array(tokens), batch: 1, ForwardContext(cache: cache, lastOnly: true)).floats
        }
        let cache = model.makeCache(capacity: 80)
        let first = last(ids[0 ..< 70], cache)
        _ = last(someIDs(10, vocabulary: Small.vocabulary, seed: 9)[...], cache)
        cache.truncate(to: 65)
        #expect(bits(last(ids[65 ..< 70], cache)) == bits(first))
    }

    /// `lastOnly` and `unembed` on the residual stream are the last row of the whole.
    @Test(arguments: Small.allCases) func lastRow(_ small: Small) throws {
        let model = try small.make(), V = Small.vocabulary, ids = someIDs(2 * 9, vocabulary: V)
        let recorder = Recorder { point, layer in point == .residualPost && layer == 2 }
        let all = model.logits(ids, batch: 2, ForwardContext(taps: recorder)).floats
        let last = model.logits(ids, batch: 2, ForwardContext(lastOnly: true))
        #expect(last.shape == [2, 1, V])
        #expect(bits(last.floats) == bits(Array(all[8 * V ..< 9 * V] + all[17 * V ..< 18 * V])))
        let again = model.unembed(try #require(recorder[.residualPost, 2]), ForwardContext())
        #expect(bits(again.floats) == bits(all))
    }
}
