import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers

/// A token that may come next.
public struct NextToken: Sendable, Hashable {
    public let token: TokenID
    /// The token's text; a part of a character is U+FFFD.
    public let text: String
    public let logit: Float
    /// The model's probability: its softmax, before any sampling option.
    public let probability: Double
}

extension TextModel {
    /// The model's logits after each token, float32 [tokens, vocabulary]; those of tokens that stand for nothing are
    /// -inf.
    ///
    /// It computes on the caller's thread.
    ///
    /// - Parameter taps: what watches the pass, or changes it.
    /// - Precondition: the tokens are fewer than the context holds, and the model knows them.
    public func callAsFunction(_ tokens: [TokenID], taps: (any Taps)? = nil) -> Tensor { rows(Batch(tokens), taps) }

    /// The model's logits after each of the next tokens of a sequence, whose state has read them then.
    ///
    /// - Precondition: the state has room for them, and the model knows them.
    public func callAsFunction(
        _ tokens: [TokenID], continuing state: any SequenceState, taps: (any Taps)? = nil
    ) -> Tensor {
        rows(Batch(tokens, continuing: state, outputs: .all), taps)
    }

    private func rows(_ batch: Batch, _ taps: (any Taps)?) -> Tensor {
        let logits = model.logits(batch, ForwardContext(computeType: Processor.current.fastestType, taps: taps))
        let rows = (0 ..< logits.rows).flatMap { choosable(logits[$0].floats) }
        return Tensor(rows, shape: [logits.rows, tokenizer.vocabularySize])
    }

    /// The model's logits after each token of a text, float32 [tokens, vocabulary].
    ///
    /// - Throws: `GenerationError` for a prompt that cannot be encoded or is too long.
    public func logits(_ text: String) async throws -> Tensor {
        let tokens = try promptTokens(text)
        try check(tokens)
        return try await queue.run(on: Processor.current) { self(tokens) }
    }

    /// The tensors of a text's forward pass at named points, such as `blocks.3.hook_resid_post`.
    ///
    /// - Parameter names: of `model.tapPoints`; `*` stands for a layer, as in `blocks.*.attn.hook_pattern`.
    /// - Returns: each tensor by its name; its rows are the text's tokens.
    /// - Throws: `TapError` for a name that fits no point of the model, with the nearest ones; `GenerationError` for a
    ///   prompt that cannot be encoded or is too long.
    public func capture(_ names: String..., in text: String) async throws -> [String: Tensor] {
        let tokens = try promptTokens(text)
        try check(tokens)
        return try await queue.run(on: Processor.current) {
            let recorder = try Recorder(names, of: self.model.tapPoints)
            _ = self.model.hidden(
                Batch(tokens), ForwardContext(computeType: Processor.current.fastestType, taps: recorder))
            return recorder.tensors
        }
    }

    /// The most probable tokens after a text, the first one first.
    ///
    /// - Throws: `GenerationError` for a prompt that cannot be encoded or is too long.
    public func nextTokens(after text: String, count: Int = 10) async throws -> [NextToken] {
        let options = try options(for: text, maxTokens: 1, sampling: .greedy)
        return try await queue.run(on: Processor.current) {
            let row = try self.generate(options).logits(), highest = row.max() ?? 0
            let sum = row.reduce(0.0) { $0 + portableExp(Double($1 - highest)) }
            let ranked = row.indices.sorted { (row[$1], $0) < (row[$0], $1) }.prefix(count)
            return ranked.map { id in
                NextToken(
                    token: TokenID(id),
                    text: String(decoding: self.tokenizer.piece(for: TokenID(id)) ?? [], as: UTF8.self),
                    logit: row[id], probability: portableExp(Double(row[id] - highest)) / sum)
            }
        }
    }
}
