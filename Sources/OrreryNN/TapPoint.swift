/// The named points of the forward pass at which a tensor may be seen or replaced. Names as in TransformerLens.
///
/// B batch, T queries, S keys, D width, H heads, Hk key-value heads, d head size, F feed-forward width, V vocabulary.
public enum TapPoint: String, CaseIterable, Sendable {
    // before the layers
    /// [B, T, D] the tokens' embeddings
    case embed = "hook_embed"
    /// [B, T, D] the positions' embeddings, where they are added
    case positionEmbed = "hook_pos_embed"
    // in every layer
    /// [B, T, D] the residual stream before the layer
    case residualPre = "hook_resid_pre"
    /// [B, T, D]
    case norm1 = "ln1.hook_normalized"
    /// [B, T, H d] queries, normed where the model does so, before rotation; keys and values [B, T, Hk d]
    case query = "attn.hook_q"
    case key = "attn.hook_k"
    case value = "attn.hook_v"
    /// after rotation
    case rotatedQuery = "attn.hook_rot_q"
    case rotatedKey = "attn.hook_rot_k"
    /// [B, H, T, S] scaled scores, and their softmax. Hidden by fusion: made beside it for a reader, and instead of it for a writer
    case scores = "attn.hook_attn_scores"
    case pattern = "attn.hook_pattern"
    /// [B, T, H d] the heads' mixtures of values
    case mixed = "attn.hook_z"
    /// [B, T, D]
    case attentionOut = "hook_attn_out"
    /// [B, T, D] the residual stream between attention and feed-forward
    case residualMid = "hook_resid_mid"
    case norm2 = "ln2.hook_normalized"
    /// [B, T, F] before the activation; the gate of a gated network, whose other half is `preLinear`
    case pre = "mlp.hook_pre"
    case preLinear = "mlp.hook_pre_linear"
    /// [B, T, F] after the activation
    case post = "mlp.hook_post"
    /// [B, T, D]
    case feedForwardOut = "hook_mlp_out"
    /// [B, T, D] the residual stream after the layer
    case residualPost = "hook_resid_post"
    // after the layers
    /// [B, T, D]
    case finalNorm = "ln_final.hook_normalized"
    /// [B, T, V]
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
