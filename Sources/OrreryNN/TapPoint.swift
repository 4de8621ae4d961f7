/// The named points of the forward pass at which a tensor may be seen or replaced. Names as in TransformerLens.
///
/// N rows, D width, H heads, Hk key-value heads, d head size, F feed-forward width, V vocabulary; B sequences that are
/// equally long, or one after the other, with T queries and S keys each.
public enum TapPoint: String, CaseIterable, Sendable {
    // before the layers
    /// [N, D] the tokens' embeddings
    case embed = "hook_embed"
    /// [N, D] the positions' embeddings, where they are added
    case positionEmbed = "hook_pos_embed"
    // in every layer
    /// [N, D] the residual stream before the layer
    case residualPre = "hook_resid_pre"
    /// [N, D]
    case norm1 = "ln1.hook_normalized"
    /// [N, H d] queries, normed where the model does so, before rotation; keys and values [N, Hk d]
    case query = "attn.hook_q"
    case key = "attn.hook_k"
    case value = "attn.hook_v"
    /// after rotation
    case rotatedQuery = "attn.hook_rot_q"
    case rotatedKey = "attn.hook_rot_k"
    /// [B, H, T, S] scaled scores, and their softmax. Hidden by fusion: made beside it for a reader, and instead of it
    /// for a writer
    case scores = "attn.hook_attn_scores"
    case pattern = "attn.hook_pattern"
    /// [N, H d] the heads' mixtures of values
    case mixed = "attn.hook_z"
    /// [N, D] what attention adds to the residual stream
    case attentionOut = "hook_attn_out"
    /// [N, D] the residual stream between attention and feed-forward
    case residualMid = "hook_resid_mid"
    case norm2 = "ln2.hook_normalized"
    /// [N, F] before the activation; the gate of a gated network, whose other half is `preLinear`
    case pre = "mlp.hook_pre"
    case preLinear = "mlp.hook_pre_linear"
    /// [N, F] after the activation
    case post = "mlp.hook_post"
    /// [N, D] what the feed-forward network adds to it
    case feedForwardOut = "hook_mlp_out"
    /// [N, D] the residual stream after the layer
    case residualPost = "hook_resid_post"
    // after the layers
    /// [wanted rows, D]
    case finalNorm = "ln_final.hook_normalized"
    /// [wanted rows, V]
    case logits = "hook_logits"

    /// Whether every layer has this point.
    public var isInLayer: Bool {
        switch self {
        case .embed, .positionEmbed, .finalNorm, .logits: false
        default: true
        }
    }

    /// The name that users see, e.g. `blocks.3.attn.hook_pattern`.
    public func name(layer: Int) -> String { isInLayer ? "blocks.\(layer).\(rawValue)" : rawValue }
}
