import Kernels
import OrreryModels
import OrreryNN

/// Several texts from one prompt, which is read once; their tokens are computed together, so that the weights are read
/// once for a token of each.
///
/// Sample i has the seed of the options plus i: it is the text that this seed gives alone, whatever else is in the
/// group. Logits depend neither on what else is in a pass nor on how positions were cut (docs/architecture.md), and
/// keys and values of the prompt are shared.
///
/// ```swift
/// let group = try SampleGroup(model, options, count: 4)
/// while group.advance() {}                               // the prompt
/// while true {
///     let steps = try group.next()                       // a token of each text that has not ended
///     if steps.isEmpty { break }
/// }
/// ```
public final class SampleGroup {
    /// One for each sample, once the prompt has been read.
    public private(set) var generations: [Generation] = []
    /// Samples whose tokens are computed together.
    public let width: Int

    private let source: TextModel
    private let count: Int
    /// Has read the prompt.
    private let first: Generation
    private static let widest = 16

    /// - Parameter options: of the first sample; its seed is that of sample 0.
    /// - Throws: as `TextModel.generate`.
    public init(_ source: TextModel, _ options: GenerationOptions, count: Int) throws {
        guard count >= 1 else { throw GenerationError.option("the number of samples", count, allowed: "at least 1") }
        first = try source.generate(options)
        (self.source, self.count) = (source, count)
        let positions = options.capacity(of: source)
        func fits(_ width: Int) -> Bool {
            (try? InferenceMemory(
                source.model, type: options.computeType, cacheType: options.cacheType, batch: width,
                positions: positions, piece: options.prefillChunk
            ).check(source.name, shorter: "`maxTokens`")) != nil
        }
        width = (1 ... min(count, Self.widest)).last(where: fits) ?? 1
    }

    /// Reads a piece of the prompt.
    ///
    /// - Returns: whether more of it is missing.
    @discardableResult public func advance() -> Bool {
        if !generations.isEmpty { return false }
        return first.advance()
    }

    /// Tokens of the prompt.
    public var promptTokens: Int { first.options.prompt.count }

    /// Positions of the prompt that have been read.
    public var promptPositions: Int { first.cachedPositions }

    /// A token of each text that is under way, in the order of the samples; none once all have ended.
    ///
    /// - Throws: as `Generation.next`.
    public func next() throws -> [(sample: Int, step: Generation.Step)] {
        while advance() {}
        var running = running
        if running.isEmpty, generations.count < count {
            try open()
            running = self.running
        }
        compute(running)
        return try running.compactMap { sample in
            guard let step = try generations[sample].next() else { return nil }
            generations[sample].releaseState()
            return (sample, step)
        }
    }

    /// Ends the texts that are under way.
    ///
    /// - Returns: what was held back of each.
    public func cancel() -> [(sample: Int, text: String)] {
        if generations.isEmpty { generations = [first] }
        return running.map { ($0, generations[$0].cancel()) }
    }

    private var running: [Int] { generations.indices.filter { generations[$0].finishReason == nil } }

    /// Begins the next samples.
    private func open() throws {
        let isFirst = generations.isEmpty
        for sample in generations.count ..< min(generations.count + width, count) {
            generations.append(try first.fork(seed: first.options.sampling.seed &+ UInt64(sample)))
        }
        if isFirst { generations[0].adopt(first.timings) }
    }

    /// One pass for the newest token of each.
    private func compute(_ samples: [Int]) {
        let generations = samples.map { self.generations[$0] }
        // One alone computes its own.
        guard generations.count > 1, generations.allSatisfy(\.wantsOnePosition) else { return }
        let start = ContinuousClock.now
        let runs = generations.map { Batch.Run(count: 1, state: $0.state, sequenceLength: $0.tokens.count) }
        let batch = Batch(generations.map { $0.tokens[$0.tokens.count - 1] }, runs: runs)
        let logits = source.model.logits(batch, ForwardContext(computeType: first.options.computeType)).floats
        let seconds = (ContinuousClock.now - start).seconds, vocabulary = logits.count / generations.count
        for (place, generation) in generations.enumerated() {
            generation.receive(logits[place * vocabulary ..< (place + 1) * vocabulary], seconds: seconds)
        }
    }
}
