import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers

/// A token that may come next.
public struct NextToken: Sendable, Hashable {
    /// The token.
    public let token: TokenID
    /// The token's text, in which a part of a character is U+FFFD.
    public let text: String
    /// The model's logit.
    public let logit: Float
    /// The model's probability: the softmax of the logits, before any sampling option.
    public let probability: Double
}

extension TextModel {
    /// The model's logits after each token, float32 [tokens, vocabulary]; those of ids that stand for no token are
    /// -inf. They are computed on the caller's thread.
    ///
    /// - Parameters:
    ///   - tokens: the sequence.
    ///   - taps: a watcher of the pass, which may change it.
    /// - Precondition: the tokens are fewer than the context holds, and the model knows them.
    public func callAsFunction(_ tokens: [TokenID], taps: (any Taps)? = nil) -> Tensor { rows(Batch(tokens), taps) }

    /// The model's logits after each of the next tokens of a sequence, float32 [tokens, vocabulary]. Afterwards the
    /// state has read them.
    ///
    /// - Parameters:
    ///   - tokens: the next tokens of the sequence.
    ///   - state: the state of the sequence, from `makeState(capacity:type:)`.
    ///   - taps: a watcher of the pass, which may change it.
    /// - Precondition: the state has room for the tokens, and the model knows them.
    public func callAsFunction(
        _ tokens: [TokenID], continuing state: any SequenceState, taps: (any Taps)? = nil
    ) -> Tensor {
        rows(Batch(tokens, continuing: state, outputs: .all), taps)
    }

    private func rows(_ batch: Batch, _ taps: (any Taps)?) -> Tensor {
        let logits = model.logits(
            batch.adapted(by: adapter), ForwardContext(computeType: Processor.current.fastestType, taps: taps))
        let rows = (0 ..< logits.rows).flatMap { choosable(logits[$0].floats) }
        return Tensor(rows, shape: [logits.rows, tokenizer.vocabularySize])
    }

    /// The model's logits after each token of a text, float32 [tokens, vocabulary].
    ///
    /// - Throws: `GenerationError` if the prompt cannot be encoded or is too long.
    public func logits(_ text: String) async throws -> Tensor {
        let tokens = try promptTokens(text)
        try check(tokens)
        return try await queue.run(on: Processor.current) { self(tokens) }
    }

    /// The tensors of a text's forward pass at named points, such as `blocks.3.hook_resid_post`.
    ///
    /// - Parameters:
    ///   - names: names of points, of `model.tapPoints`; `*` stands for a layer, as in `blocks.*.attn.hook_pattern`.
    ///   - text: the text that the model reads.
    /// - Returns: each tensor by its name; its rows are the text's tokens.
    /// - Throws: `TapError`, which gives the nearest names, if a name fits no point of the model; `GenerationError` if
    ///   the prompt cannot be encoded or is too long.
    public func capture(_ names: String..., in text: String) async throws -> [String: Tensor] {
        let tokens = try promptTokens(text)
        try check(tokens)
        return try await queue.run(on: Processor.current) {
            let recorder = try Recorder(names, of: self.model.tapPoints)
            _ = self.model.logits(
                Batch(tokens).adapted(by: self.adapter),
                ForwardContext(computeType: Processor.current.fastestType, taps: recorder))
            return recorder.tensors
        }
    }

    /// The most probable tokens after a text, in descending order.
    ///
    /// - Parameters:
    ///   - text: the text that the model reads.
    ///   - count: the number of tokens to return.
    /// - Throws: `GenerationError` if the prompt cannot be encoded or is too long.
    public func nextTokens(after text: String, count: Int = 10) async throws -> [NextToken] {
        let options = try options(for: text, maxTokens: 1, sampling: .greedy)
        return try await queue.run(on: Processor.current) {
            try self.generate(options).explainNext(limit: count).candidates.map {
                NextToken(
                    token: $0.token, text: String(decoding: self.tokenizer.piece(for: $0.token) ?? [], as: UTF8.self),
                    logit: $0.logit, probability: $0.modelProbability)
            }
        }
    }
}
