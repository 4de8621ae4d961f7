import Kernels
import OrreryModels
import OrreryNN
import OrreryRandom
import OrreryTensor
import Testing

/// The promise of docs/architecture.md: a sequence's logits do not depend, bit for bit, on what else is in the batch,
/// on how it was cut into chunks or came from a cache, or on the number of threads.
@Suite struct DeterminismTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let length: Int
        let make: @Sendable () throws -> any TokenModel
    }

    static let cases: [Case] = [
        Case(testDescription: "Qwen3, grouped heads", length: 150) {
            try TestModels.make(
                Qwen3.Configuration(
                    vocabSize: 320, hiddenSize: 64, intermediateSize: 160, numHiddenLayers: 2, numAttentionHeads: 4,
                    numKeyValueHeads: 2, headDim: 32,
                    maxPositionEmbeddings: 256, tieWordEmbeddings: false))
        },
        Case(testDescription: "Qwen3, odd sizes", length: 71) {
            try TestModels.make(
                Qwen3.Configuration(
                    vocabSize: 101, hiddenSize: 45, intermediateSize: 77, numHiddenLayers: 3, numAttentionHeads: 6,
                    numKeyValueHeads: 2, headDim: 14,
                    maxPositionEmbeddings: 80, attentionBias: true))
        },
        Case(testDescription: "Qwen3, deeper than one block of the products", length: 20) {
            try TestModels.make(
                Qwen3.Configuration(
                    vocabSize: 33, hiddenSize: 40, intermediateSize: 2050, numHiddenLayers: 1, numAttentionHeads: 2,
                    numKeyValueHeads: 1, headDim: 66,
                    maxPositionEmbeddings: 80))
        },
        Case(testDescription: "GPT-2", length: 130) {
            try TestModels.make(GPT2.Configuration(vocabSize: 320, nPositions: 256, nEmbd: 64, nLayer: 2, nHead: 4))
        },
        Case(testDescription: "GPT-2, heads of 65", length: 70) {
            try TestModels.make(
                GPT2.Configuration(
                    vocabSize: 65, nPositions: 72, nEmbd: 195, nLayer: 2, nHead: 3, activationFunction: .gelu,
                    bias: false))
        },
    ]

    @Test(arguments: cases, [ElementType.float32, .bfloat16])
    func logitsDoNotDependOnTheWayTheyWereComputed(test: Case, type: ElementType) throws {
        for set in InstructionSet.available {
            let model = try test.make()
            let (length, vocabulary) = (test.length, model.shape.vocabularySize)
            var random = SplitMix64(seed: 9)
            let batch = (0 ..< 16).map { _ in
                (0 ..< length).map { _ in Int32.random(in: 0 ..< Int32(vocabulary), using: &random) }
            }
            let ids = batch[3]
            let alone = bits(Processor(set, threads: 1), model, ids, type, chunk: nil)
            #expect(Set(alone).count > length, "logits that do not differ prove nothing")
            for threads in [1, 2] {
                let processor = Processor(set, threads: threads)
                let name = "\(set), \(threads) threads"
                #expect(bits(processor, model, ids, type, chunk: nil) == alone, "in one piece, \(name)")
                for chunk in [length, 7, 1, 64] {
                    #expect(
                        bits(processor, model, ids, type, chunk: chunk) == alone, "cache in chunks of \(chunk), \(name)"
                    )
                }
                let together = bits(processor, model, batch.flatMap { $0 }, type, chunk: nil, batch: 16)
                #expect(
                    Array(together[(3 * length * vocabulary) ..< (4 * length * vocabulary)]) == alone,
                    "in a batch of 16, \(name)")
                #expect(
                    lastOnly(processor, model, batch.flatMap { $0 }, type) == Array(alone.suffix(vocabulary)),
                    "last alone, \(name)")
                #expect(cachedBatch(processor, model, batch, type) == alone, "a batch of 16 from a cache, \(name)")
            }
        }
    }

    /// The logits of ids [B, T]; with a chunk, from a cache that is filled so many positions at a time.
    private func bits(
        _ processor: Processor, _ model: any TokenModel, _ ids: [Int32], _ type: ElementType, chunk: Int?,
        batch: Int = 1
    ) -> [UInt32] {
        Processor.$current.withValue(processor) {
            guard let chunk else {
                return model.logits(Batch(ids, sequences: batch), ForwardContext(computeType: type)).floats.map(
                    \.bitPattern)
            }
            let cache = model.makeState(capacity: ids.count, type: CacheType(type))
            var result: [UInt32] = []
            while cache.count < ids.count {
                let piece = Array(ids[cache.count...].prefix(chunk))
                result += model.logits(
                    Batch(piece, continuing: cache, outputs: .all), ForwardContext(computeType: type)
                ).floats.map(\.bitPattern)
            }
            return result
        }
    }

    /// The last logits of sequence 3 when no others are computed.
    private func lastOnly(
        _ processor: Processor, _ model: any TokenModel, _ ids: [Int32], _ type: ElementType
    ) -> [UInt32] {
        Processor.$current.withValue(processor) {
            let all = model.logits(Batch(ids, sequences: 16, outputs: .last), ForwardContext(computeType: type)).floats
                .map(\.bitPattern)
            return Array(all[(3 * model.shape.vocabularySize)...].prefix(model.shape.vocabularySize))
        }
    }

    /// Sequence 3 of sixteen that share each step: a chunk of 13, then token by token.
    private func cachedBatch(
        _ processor: Processor, _ model: any TokenModel, _ batch: [[Int32]], _ type: ElementType
    ) -> [UInt32] {
        Processor.$current.withValue(processor) {
            let length = batch[0].count, vocabulary = model.shape.vocabularySize
            let states = batch.map { _ in model.makeState(capacity: length, type: CacheType(type)) }
            var result: [UInt32] = []
            while states[0].count < length {
                let range = states[0].count ..< min(length, states[0].count == 0 ? 13 : states[0].count + 1)
                let rows = Batch(
                    batch.flatMap { $0[range] }, runs: states.map { Batch.Run(count: range.count, state: $0) })
                let logits = model.logits(rows, ForwardContext(computeType: type)).floats
                result += logits[(3 * range.count * vocabulary)...].prefix(range.count * vocabulary).map(\.bitPattern)
            }
            return result
        }
    }
}
