import Foundation
import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers

/// The options of an explanation.
public struct ExplanationOptions: Sendable {
    /// The choice of tokens from the logits.
    public var sampling: SamplingOptions
    /// The type to which operands of products are rounded.
    public var computeType: ElementType
    /// The number of rounds of the loop to show.
    public var rounds: Int
    /// The number of candidates of the next token to list.
    public var candidates: Int
    /// The number of nearest tokens to list for each embedding.
    public var neighbours: Int
    /// The head whose attention weights are all wanted; nil for none.
    public var pattern: (layer: Int, head: Int)?

    /// Options of an explanation.
    public init(
        sampling: SamplingOptions = SamplingOptions(), computeType: ElementType = .float32, rounds: Int = 8,
        candidates: Int = 10, neighbours: Int = 3,
        pattern: (layer: Int, head: Int)? = nil
    ) {
        (self.sampling, self.computeType, self.rounds) = (sampling, computeType, rounds)
        (self.candidates, self.neighbours, self.pattern) = (candidates, neighbours, pattern)
    }
}

extension TextModel {
    /// Explains everything that happens to a prompt on its way to the next token: one forward pass that is watched,
    /// then the loop.
    ///
    /// - Parameters:
    ///   - prompt: the text to continue.
    ///   - options: what to explain, and how closely.
    /// - Throws: `TokenizerError` or `GenerationError` if the prompt cannot be encoded or an option is outside its
    ///   range.
    public func explain(_ prompt: String, _ options: ExplanationOptions = ExplanationOptions()) throws -> Explanation {
        let shape = model.shape
        if let (layer, head) = options.pattern {
            guard (0 ..< shape.layers).contains(layer) else {
                throw GenerationError.option("the layer", layer, allowed: "0 to \(shape.layers - 1)")
            }
            guard (0 ..< shape.heads).contains(head) else {
                throw GenerationError.option("the head", head, allowed: "0 to \(shape.heads - 1)")
            }
        }
        guard options.rounds > 0 else {
            throw GenerationError.option("the number of rounds", options.rounds, allowed: "at least 1")
        }
        let generation = try generate(
            GenerationOptions(
                prompt: promptTokens(prompt), sampling: options.sampling,
                stop: stopConditions(maxTokens: options.rounds),
                computeType: options.computeType))
        let taps = ExplainingTaps(pattern: options.pattern)
        _ = model.hidden(
            Batch(generation.options.prompt, outputs: .last).adapted(by: adapter),
            ForwardContext(computeType: options.computeType, taps: taps))
        let logits = generation.logits()
        let choice = try generation.explainNext(limit: options.candidates)
        let readings = readings(of: taps.residuals, final: logits, options.computeType)
        let loop = try rounds(generation)
        return Explanation(
            model: name, parameters: model.parameterCount, shape: shape,
            cacheBytesPerPosition: 2 * shape.layers * shape.keyValueHeads * shape.headSize * options.computeType.size,
            prompt: prompt,
            pieces: generation.options.prompt.map(piece),
            vectors: vectors(generation.options.prompt, taps.embeddings, options.neighbours),
            positions: taps.positions, beforeLayers: readings[0],
            layers: zip(taps.heads, zip(taps.residuals, readings).dropFirst()).map { heads, after in
                Explanation.Layer(heads: heads, residualNorm: norm(after.0[...]), reading: after.1)
            },
            pattern: taps.pattern, choice: choice,
            candidateBytes: Dictionary((choice.candidates + [choice.chosen]).map { ($0.token, piece($0.token).bytes) })
            { first, _ in first },
            entropy: entropy(logits), rounds: loop.rounds, completion: loop.text, finishReason: generation.finishReason)
    }

    func piece(_ token: TokenID) -> Explanation.Piece {
        Explanation.Piece(id: token, bytes: tokenizer.piece(for: token) ?? [])
    }

    /// One vector per distinct token, in order of appearance.
    private func vectors(_ tokens: [TokenID], _ embeddings: Tensor?, _ neighbours: Int) -> [Explanation.Vector] {
        guard let embeddings else { return [] }
        var seen: Set<TokenID> = []
        let places = tokens.indices.filter { seen.insert(tokens[$0]).inserted }
        let numbers = embeddings.floats, D = embeddings.width
        let nearest = NearestTokens(model.tokenEmbedding) { [tokenizer] in tokenizer.piece(for: $0) != nil }
        return zip(places, nearest(places.map { tokens[$0] }, count: neighbours)).map { place, others in
            Explanation.Vector(
                piece: piece(tokens[place]), norm: norm(numbers[place * D ..< (place + 1) * D]),
                nearest: others.map { Explanation.Neighbour(piece: piece($0.token), cosine: $0.cosine) })
        }
    }

    /// The final norm and the output layer on the last position's vector at each depth.
    private func readings(of residuals: [[Float]], final: [Float], _ type: ElementType) -> [Explanation.Reading] {
        let best = highest(final)
        return residuals.map { residual in
            let context = ForwardContext(computeType: type).outputs(of: Batch([0]).adapted(by: adapter))
            let logits = model.unembed(Tensor(residual, shape: [1, residual.count]), context).floats
            let row = probabilities(choosable(logits)), top = highest(row)
            return Explanation.Reading(piece: piece(TokenID(top)), probability: row[top], finalProbability: row[best])
        }
    }

    private func rounds(_ generation: Generation) throws -> (rounds: [Explanation.Round], text: String) {
        var rounds: [Explanation.Round] = [], text = ""
        var computedBefore = 0
        let prefill = generation.timings.prefillSeconds
        while generation.finishReason == nil {
            let before = generation.timings
            let row = probabilities(generation.logits())
            let computed = computedBefore ..< generation.cachedPositions
            guard let step = try generation.next() else { break }
            let after = generation.timings
            rounds.append(
                Explanation.Round(
                    computed: computed, reused: computedBefore, piece: piece(step.token),
                    probability: row[Int(step.token)],
                    seconds: rounds.isEmpty ? prefill : after.decodeSeconds - before.decodeSeconds))
            text += step.text
            computedBefore = computed.upperBound
        }
        return (rounds, text)
    }
}

private func norm(_ vector: ArraySlice<Float>) -> Float { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }

/// The first of the highest.
private func highest<N: Comparable>(_ values: [N]) -> Int {
    values.indices.dropFirst().reduce(0) { values[$1] > values[$0] ? $1 : $0 }
}

private func probabilities(_ logits: [Float]) -> [Double] {
    let top = Double(logits.max() ?? 0)
    let weights = logits.map { exp(Double($0) - top) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
}

/// In bits.
private func entropy(_ logits: [Float]) -> Double {
    probabilities(logits).reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
}
