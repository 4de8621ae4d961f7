import Kernels
import OrreryNN
import OrreryTensor

/// An encoder: it reads whole texts, every position seeing all others of its own text, and gives a vector per position.
public protocol TextEncoder: Model {
    /// The last layer's vectors, float32 [N, D], of the rows of a batch whose runs have no state.
    func encode(_ batch: Batch, _ context: ForwardContext) -> Tensor
}

/// An encoder whose result a decoder reads while it writes (arXiv:1706.03762). As a `TokenModel` it is the decoder: the
/// state of a sequence holds the text that it reads.
public protocol EncoderDecoder: TokenModel, TextEncoder {
    /// The token with which a decoder's text starts.
    var decoderStart: Int32 { get }

    /// Encodes a text for the decoder: its keys and values for each of the decoder's layers.
    func read(_ ids: [Int32], _ context: ForwardContext) -> [SourceMemory]

    /// The residual stream after the decoder's last block, float32 [rows, D], of texts without states that read other
    /// texts, one for each run, in one pass: as in training.
    func hidden(_ batch: Batch, attendingTo sources: Batch, _ context: ForwardContext) -> Tensor

    /// The state of a sequence that reads such a text, before its first token.
    func makeState(attendingTo source: [SourceMemory], capacity: Int, type: CacheType) -> any SequenceState
}
