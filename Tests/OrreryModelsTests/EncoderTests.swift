import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Encoders, and encoders with a decoder. That the numbers are right, scripts/check/check_architectures.py shows.
@Suite struct EncoderTests {
    private static let bert = Variant.bert

    private func fields(_ variant: Variant) throws -> JSONFields {
        try JSONFields(.object(variant.config), file: "config.json")
    }

    /// A text's vectors depend neither on its neighbours nor on threads, but on every one of its tokens.
    @Test(arguments: [ElementType.float32, .bfloat16]) func alone(_ type: ElementType) throws {
        let model = try ModelDirectory.makeEncoder(fields(Self.bert), LouderWeights(seed: 5)), T = 70,
            D = model.shape.width
        let ids = someIDs(4 * T, vocabulary: Variant.vocabulary), mine = Array(ids[2 * T ..< 3 * T]),
            context = ForwardContext(computeType: type)
        let alone = bits(model.encode(Batch(mine), context).floats)
        #expect(bits(Array(model.encode(Batch(ids, sequences: 4), context).floats[2 * T * D ..< 3 * T * D])) == alone)
        let one = Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: 1)) {
            bits(model.encode(Batch(mine), context).floats)
        }
        #expect(one == alone)
        var other = mine
        other[T - 1] = (other[T - 1] + 1) % Int32(Variant.vocabulary)
        #expect(
            bits(Array(model.encode(Batch(other), context).floats.prefix(D))) != Array(alone.prefix(D)),
            "the first position sees the last")
    }

    /// The decoder's logits in one piece, in pieces of 7 and token by token; another source gives others.
    @Test(arguments: Variant.t5, [ElementType.float32, .bfloat16]) func decoderInPieces(
        _ variant: Variant, type: ElementType
    ) throws {
        let model = try ModelDirectory.makeEncoderDecoder(fields(variant), LouderWeights(seed: 5)),
            context = ForwardContext(computeType: type)
        let source = someIDs(33, vocabulary: Variant.vocabulary, seed: 3),
            ids = someIDs(80, vocabulary: Variant.vocabulary)
        func state(_ source: [Int32], _ capacity: Int) -> any SequenceState {
            model.makeState(attendingTo: model.read(source, context), capacity: capacity, type: CacheType(type))
        }
        func decode(_ source: [Int32]) -> [UInt32] {
            bits(model.logits(Batch(ids, continuing: state(source, ids.count), outputs: .all), context).floats)
        }
        let whole = decode(source), others = Array(source.reversed()), other = decode(others)
        for piece in [7, 1] {
            let cache = state(source, ids.count)
            var found: [Float] = []
            for start in stride(from: 0, to: ids.count, by: piece) {
                let new = Array(ids[start ..< min(ids.count, start + piece)])
                found +=
                    model.logits(Batch(new, continuing: cache, outputs: .all), ForwardContext(computeType: type)).floats
            }
            #expect(bits(found) == whole, "in pieces of \(piece)")
        }
        #expect(other != whole)
        // Beside sequences that read other texts, of other lengths.
        let short = state(Array(others.prefix(9)), 3)
        let runs = [
            Batch.Run(count: ids.count, state: state(others, 80)), Batch.Run(count: 3, state: short),
            Batch.Run(count: ids.count, state: state(source, 80)),
        ]
        let all = bits(model.logits(Batch(ids + [1, 2, 3] + ids, runs: runs), context).floats)
        #expect(Array(all.prefix(whole.count)) == other && Array(all.suffix(whole.count)) == whole, "in a batch")
    }

    /// Each kind is told apart, and asking for another is an error that says which there are.
    @Test func kinds() throws {
        let scratch = try Scratch()
        func write(_ variant: Variant) throws { try JSONValue.object(variant.config).write(to: scratch("config.json")) }
        try write(Self.bert)
        #expect(try ModelDirectory.kind(of: scratch.path) == .encoder)
        #expect(
            refusal(scratch.path).contains(
                "expected a language model, found a model of type bert; it is a sentence encoder, which orrery embed uses"
            ))
        try write(Variant.t5[0])
        #expect(try ModelDirectory.kind(of: scratch.path) == .encoderDecoder)
        try write(Variant.all[0])
        #expect(try ModelDirectory.kind(of: scratch.path) == .languageModel)
        #expect(
            ModelDirectory.architectures.count >= 19
                && Set(ModelDirectory.architectures).count == ModelDirectory.architectures.count)
    }

    /// Every field replaced by what it must not be: an error, or a model that runs.
    @Test(arguments: [bert] + Variant.t5) func hostileConfigurations(_ variant: Variant) throws {
        let wrong: [JSONValue] = [
            nil, 0, 1, -1, 3, 1.5, 1e300, JSONValue(1 << 24), JSONValue(1 << 40), "", "gelu", "gated-", "gated-relu-x",
            true, false, [], ["a": 1],
        ]
        for member in variant.config.members {
            for value in wrong {
                // Sizes that a random source would fill are for checkpoints to refuse.
                if [JSONValue(1 << 24), 1e300].contains(value),
                    !["relative_attention_max_distance", "relative_attention_num_buckets"].contains(member.key)
                {
                    continue
                }
                var config = variant.config
                config[member.key] = value
                do {
                    let json = try JSONFields(.object(config), file: "config.json")
                    if variant.name == "bert" {
                        let model = try ModelDirectory.makeEncoder(json, RandomWeights(seed: 1))
                        _ = model.encode(
                            Batch([Int32](repeating: 0, count: min(2, model.shape.contextLength))), ForwardContext())
                    } else {
                        let model = try ModelDirectory.makeEncoderDecoder(json, RandomWeights(seed: 1))
                        let state = model.makeState(
                            attendingTo: model.read([0, 0], ForwardContext()), capacity: 2, type: .float32)
                        _ = model.logits(Batch([0, 0], continuing: state), ForwardContext())
                    }
                } catch { #expect("\(error)".contains("config.json"), "\(member.key): \(error)") }
            }
        }
    }
}
