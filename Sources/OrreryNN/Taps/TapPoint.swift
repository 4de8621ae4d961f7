/// A named point of the forward pass at which a tensor may be seen or replaced. Names and meaning are those of
/// TransformerLens, without its folding of weights; docs/taps.md lists them and says where they differ.
public enum TapPoint: String, CaseIterable, Sendable {
    // MARK: before the layers
    /// The tokens' embeddings, multiplied where the model multiplies them.
    case embed = "hook_embed"
    /// The positions' embeddings, where the model adds them.
    case positionEmbed = "hook_pos_embed"
    /// The embedding of a text's type (BERT).
    case typeEmbed = "hook_token_type_embed"
    /// The divisor of the norm of the embeddings, where the model has one.
    case embedNormScale = "ln.hook_scale"
    /// The result of the norm of the embeddings, before its weight.
    case embedNorm = "ln.hook_normalized"
    /// The input of the first layer, after the norm of the embeddings (BERT).
    case fullEmbed = "hook_full_embed"

    // MARK: in every layer
    /// The residual stream before the layer.
    case residualPre = "hook_resid_pre"
    /// The input of each head of attention, before the norm; only where every head has its own keys and values.
    case attentionIn = "hook_attn_in"
    /// The input from which each head makes its queries, before the norm.
    case queryIn = "hook_q_input"
    /// The input from which each key-value head makes its keys, before the norm.
    case keyIn = "hook_k_input"
    /// The input from which each key-value head makes its values, before the norm.
    case valueIn = "hook_v_input"
    /// The divisor of the norm before attention.
    case norm1Scale = "ln1.hook_scale"
    /// The result of the norm before attention, before its weight.
    case norm1 = "ln1.hook_normalized"
    /// The queries, before their norm and before rotation.
    case query = "attn.hook_q"
    /// The keys, before their norm and before rotation.
    case key = "attn.hook_k"
    /// The values.
    case value = "attn.hook_v"
    /// The divisor of the queries' norm.
    case queryNormScale = "attn.q_norm.hook_scale"
    /// The result of the queries' norm, before its weight.
    case queryNorm = "attn.q_norm.hook_normalized"
    /// The divisor of the keys' norm.
    case keyNormScale = "attn.k_norm.hook_scale"
    /// The result of the keys' norm, before its weight.
    case keyNorm = "attn.k_norm.hook_normalized"
    /// The queries after rotation by their positions.
    case rotatedQuery = "attn.hook_rot_q"
    /// The keys after rotation by their positions.
    case rotatedKey = "attn.hook_rot_k"
    /// The attention scores as the softmax reads them, -inf where the mask hides a key. The fused kernel hides them:
    /// they are made next to it for a reader, and instead of it for a writer.
    case scores = "attn.hook_attn_scores"
    /// The attention weights: the softmax of the scores, a row per query.
    case pattern = "attn.hook_pattern"
    /// The mixture of values of each head.
    case mixed = "attn.hook_z"
    /// The contribution of each head: its part of the output layer's product, without the bias.
    case result = "attn.hook_result"
    /// The divisor of the norm after attention.
    case postNorm1Scale = "ln1_post.hook_scale"
    /// The result of the norm after attention, before its weight.
    case postNorm1 = "ln1_post.hook_normalized"
    /// The contribution of attention to the residual stream.
    case attentionOut = "hook_attn_out"
    /// The residual stream between attention and the feed-forward network.
    case residualMid = "hook_resid_mid"

    /// The residual stream that a decoder's cross-attention reads.
    case crossIn = "hook_cross_attn_in"
    /// The queries of cross-attention.
    case crossQuery = "cross_attn.hook_q"
    /// The keys of the encoder's text, seen when that text is read.
    case crossKey = "cross_attn.hook_k"
    /// The values of the encoder's text, seen when that text is read.
    case crossValue = "cross_attn.hook_v"
    /// The attention scores of cross-attention, as the softmax reads them.
    case crossScores = "cross_attn.hook_attn_scores"
    /// The attention weights of cross-attention.
    case crossPattern = "cross_attn.hook_pattern"
    /// The mixture of values of each head of cross-attention.
    case crossMixed = "cross_attn.hook_z"
    /// The contribution of each head of cross-attention, without the bias.
    case crossResult = "cross_attn.hook_result"
    /// The contribution of cross-attention to the residual stream.
    case crossOut = "hook_cross_attn_out"
    /// The residual stream after cross-attention.
    case residualMidCross = "hook_resid_mid_cross"

    /// The input of the feed-forward network, before its norm.
    case feedForwardIn = "hook_mlp_in"
    /// The divisor of the norm before the feed-forward network; in an encoder-decoder's decoder, of the norm before
    /// cross-attention.
    case norm2Scale = "ln2.hook_scale"
    /// The result of the norm before the feed-forward network, before its weight; in an encoder-decoder's decoder, of
    /// the norm before cross-attention.
    case norm2 = "ln2.hook_normalized"
    /// The divisor of the norm before the feed-forward network in an encoder-decoder's decoder.
    case norm3Scale = "ln3.hook_scale"
    /// The result of the norm before the feed-forward network in an encoder-decoder's decoder, before its weight.
    case norm3 = "ln3.hook_normalized"
    /// The input of the activation; in a gated network the gate, whose other half is `preLinear`.
    case pre = "mlp.hook_pre"
    /// The half of a gated network without activation.
    case preLinear = "mlp.hook_pre_linear"
    /// The output of the activation, in a gated network times `preLinear`: what the second matrix reads.
    case post = "mlp.hook_post"
    /// The scores of the router in a mixture of experts.
    case routerLogits = "mlp.hook_router_logits"
    /// The chosen experts, the best first. A writer chooses others, whose weights follow from the scores.
    case expertIndices = "mlp.hook_expert_indices"
    /// The weight of each expert, 0 where it is not chosen. Where a writer changes a row, its largest weights are
    /// chosen and used as they are.
    case expertWeights = "mlp.hook_expert_weights"
    /// The output of each chosen expert before its weight, in the order of the choice.
    case expertOut = "mlp.hook_expert_out"
    /// The divisor of the norm after the feed-forward network.
    case postNorm2Scale = "ln2_post.hook_scale"
    /// The result of the norm after the feed-forward network, before its weight.
    case postNorm2 = "ln2_post.hook_normalized"
    /// The contribution of the feed-forward network to the residual stream.
    case feedForwardOut = "hook_mlp_out"
    /// The residual stream after the layer.
    case residualPost = "hook_resid_post"
    /// The residual stream after the layer and its norm, where the norm stands after the sum.
    case normalizedResidualPost = "hook_normalized_resid_post"

    // MARK: after the layers
    /// The divisor of the final norm.
    case finalNormScale = "ln_final.hook_scale"
    /// The result of the final norm, before its weight.
    case finalNorm = "ln_final.hook_normalized"
    /// The result of the final norm, with its weight.
    case finalNormOut = "ln_final.hook_out"
    /// The input of the output layer.
    case unembedIn = "unembed.hook_in"
    /// The output of the output layer, before a multiplier or a soft cap of the logits.
    case unembedOut = "unembed.hook_out"
    /// The logits as the model gives them.
    case logits = "hook_logits"

    /// Whether every layer has this point, rather than the model once.
    public var isInLayer: Bool {
        switch self {
        case .embed, .positionEmbed, .typeEmbed, .embedNormScale, .embedNorm, .fullEmbed, .finalNormScale, .finalNorm,
            .finalNormOut, .unembedIn, .unembedOut, .logits:
            false
        default: true
        }
    }
}
