/// The named points of the forward pass at which a tensor may be seen or replaced. Names and meaning are those of
/// TransformerLens, without its folding of weights; docs/taps.md lists them and says where they differ.
public enum TapPoint: String, CaseIterable, Sendable {
    // MARK: before the layers
    /// The tokens' embeddings, multiplied where the model multiplies them
    case embed = "hook_embed"
    /// The positions' embeddings, where they are added
    case positionEmbed = "hook_pos_embed"
    /// The embedding of a text's type: BERT
    case typeEmbed = "hook_token_type_embed"
    case embedNormScale = "ln.hook_scale"
    case embedNorm = "ln.hook_normalized"
    /// What the first layer reads: BERT
    case fullEmbed = "hook_full_embed"

    // MARK: in every layer
    /// The residual stream before the layer
    case residualPre = "hook_resid_pre"
    /// What each head of attention reads, before the norm; only where every head has its own keys and values
    case attentionIn = "hook_attn_in"
    /// What each head makes its queries of, before the norm; and each key-value head its keys and its values
    case queryIn = "hook_q_input"
    case keyIn = "hook_k_input"
    case valueIn = "hook_v_input"
    /// What the norm divides by, and its result before the weight
    case norm1Scale = "ln1.hook_scale"
    case norm1 = "ln1.hook_normalized"
    /// Queries, keys and values before their norm and before rotation
    case query = "attn.hook_q"
    case key = "attn.hook_k"
    case value = "attn.hook_v"
    case queryNormScale = "attn.q_norm.hook_scale"
    case queryNorm = "attn.q_norm.hook_normalized"
    case keyNormScale = "attn.k_norm.hook_scale"
    case keyNorm = "attn.k_norm.hook_normalized"
    /// After rotation
    case rotatedQuery = "attn.hook_rot_q"
    case rotatedKey = "attn.hook_rot_k"
    /// Scores as the softmax reads them, -inf where the mask hides a key; and the attention weights. Hidden by fusion:
    /// made next to it for a reader, and instead of it for a writer.
    case scores = "attn.hook_attn_scores"
    case pattern = "attn.hook_pattern"
    /// The heads' mixtures of values
    case mixed = "attn.hook_z"
    /// What each head adds: its part of the output layer's product, without the bias
    case result = "attn.hook_result"
    case postNorm1Scale = "ln1_post.hook_scale"
    case postNorm1 = "ln1_post.hook_normalized"
    /// What attention adds to the residual stream
    case attentionOut = "hook_attn_out"
    /// The residual stream between attention and feed-forward
    case residualMid = "hook_resid_mid"

    /// A decoder's attention to the text that its encoder has read: the residual stream that it reads, then as above
    case crossIn = "hook_cross_attn_in"
    case crossQuery = "cross_attn.hook_q"
    /// Of the other text, seen when it is read
    case crossKey = "cross_attn.hook_k"
    case crossValue = "cross_attn.hook_v"
    case crossScores = "cross_attn.hook_attn_scores"
    case crossPattern = "cross_attn.hook_pattern"
    case crossMixed = "cross_attn.hook_z"
    case crossResult = "cross_attn.hook_result"
    case crossOut = "hook_cross_attn_out"
    /// The residual stream after attention to the other text
    case residualMidCross = "hook_resid_mid_cross"

    /// What the feed-forward network reads, before its norm
    case feedForwardIn = "hook_mlp_in"
    case norm2Scale = "ln2.hook_scale"
    case norm2 = "ln2.hook_normalized"
    case norm3Scale = "ln3.hook_scale"
    case norm3 = "ln3.hook_normalized"
    /// Before the activation; the gate of a gated network, whose other half is `preLinear`
    case pre = "mlp.hook_pre"
    case preLinear = "mlp.hook_pre_linear"
    /// After the activation
    case post = "mlp.hook_post"
    /// A mixture of experts: the router's scores
    case routerLogits = "mlp.hook_router_logits"
    /// The chosen experts, the best first; a writer chooses others, whose weights follow from the scores
    case expertIndices = "mlp.hook_expert_indices"
    /// The weight of each expert, 0 where it is not chosen; where a writer changes a row, its largest are chosen and
    /// used as they are
    case expertWeights = "mlp.hook_expert_weights"
    /// What each chosen expert says, before its weight, in the order of the choice
    case expertOut = "mlp.hook_expert_out"
    case postNorm2Scale = "ln2_post.hook_scale"
    case postNorm2 = "ln2_post.hook_normalized"
    /// What the feed-forward network adds to the residual stream
    case feedForwardOut = "hook_mlp_out"
    /// The residual stream after the layer
    case residualPost = "hook_resid_post"
    /// The same after its norm, where the norm stands after the sum
    case normalizedResidualPost = "hook_normalized_resid_post"

    // MARK: after the layers
    case finalNormScale = "ln_final.hook_scale"
    case finalNorm = "ln_final.hook_normalized"
    /// The final norm's result with its weight
    case finalNormOut = "ln_final.hook_out"
    /// What the output layer reads, and what it gives: before a multiplier or a soft cap of the logits
    case unembedIn = "unembed.hook_in"
    case unembedOut = "unembed.hook_out"
    case logits = "hook_logits"

    /// Whether every layer has this point, and not the model once.
    public var isInLayer: Bool {
        switch self {
        case .embed, .positionEmbed, .typeEmbed, .embedNormScale, .embedNorm, .fullEmbed, .finalNormScale, .finalNorm,
            .finalNormOut, .unembedIn, .unembedOut, .logits:
            false
        default: true
        }
    }
}
