import Kernels
import OrreryModels
import OrreryNN

/// Several texts from one prompt, which is read once; their tokens are computed together, so that the weights are read
/// once for a token of each text.
///
/// Sample i has the seed of the options plus i: it is the text that this seed gives alone, whatever else is in the
/// group.
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
    /// The generation of each sample; empty until the prompt has been read.
    public private(set) var generations: [Generation] = []
    /// The number of samples whose tokens are computed together.
    public let width: Int

    private let source: TextModel
    private let count: Int
    /// Has read the prompt.
    private let first: Generation
    private static let widest = 16

    /// A group of samples.
    ///
    /// - Parameters:
    ///   - source: the model.
    ///   - options: the options of the first sample; its seed is that of sample 0.
    ///   - count: the number of samples.
    /// - Throws: what `TextModel.generate(_:)` throws.
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

    /// Reads a part of the prompt.
    ///
    /// - Returns: whether more of it is missing.
    @discardableResult public func advance() -> Bool {
        if !generations.isEmpty { return false }
        return first.advance()
    }

    /// The number of tokens of the prompt.
    public var promptTokens: Int { first.options.prompt.count }

    /// The number of positions of the prompt that have been read.
    public var promptPositions: Int { first.cachedPositions }

    /// A token of each text that is in progress, in the order of the samples; empty once all have ended.
    ///
    /// - Throws: what `Generation.next()` throws.
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

    /// Ends the texts that are in progress.
    ///
    /// - Returns: the text of each sample that was held back.
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
        let runs = generations.map {
            Batch.Run(count: 1, state: $0.state, sequenceLength: $0.tokens.count, adapter: source.adapter)
        }
        let batch = Batch(generations.map { $0.tokens[$0.tokens.count - 1] }, runs: runs)
        let logits = source.model.logits(batch, ForwardContext(computeType: first.options.computeType)).floats
        let seconds = (ContinuousClock.now - start).seconds, vocabulary = logits.count / generations.count
        for (place, generation) in generations.enumerated() {
            generation.receive(logits[place * vocabulary ..< (place + 1) * vocabulary], seconds: seconds)
        }
    }
}
