import OrreryNN
import OrreryTensor

/// A model that reads a whole text at once, every position seeing all others: ids to a vector per position.
public protocol TextEncoder: Model {
    /// The last layer's vectors [B, T, D], float32, of ids [B, T] of equally long texts.
    func encode(_ ids: [Int32], batch: Int, _ context: ForwardContext) -> Tensor
}

/// An encoder whose result a decoder reads while it writes (arXiv:1706.03762).
public protocol EncoderDecoder: Model {
    /// What a decoder's text starts with.
    var decoderStart: Int32 { get }

    /// The encoder's vectors [B, S, D], float32, after its final norm.
    func encode(_ ids: [Int32], batch: Int, _ context: ForwardContext) -> Tensor

    /// The decoder as a language model that reads the text of these ids: its logits are those of the next token of the answer.
    func decoder(reading ids: [Int32], _ context: ForwardContext) -> any LanguageModel
}
