/// The stack of layers to which a point belongs, which tells an encoder's points from a decoder's.
public enum TapStack: Sendable, Hashable {
    /// A decoder without an encoder: `blocks.3.hook_resid_pre`.
    case decoderOnly
    /// An encoder without a decoder: `blocks.3.hook_resid_pre`, `embed.hook_embed`.
    case encoderOnly
    /// The encoder of an encoder-decoder: `encoder.3.hook_resid_pre`.
    case encoder
    /// The decoder of an encoder-decoder: `decoder.3.hook_resid_pre`.
    case decoder
}

/// A point at one place of a model: which point, in which layer of which stack.
public struct TapSite: Sendable, Hashable, CustomStringConvertible {
    /// The point.
    public var point: TapPoint
    /// The layer, from 0; nil for a point that the model has once.
    public var layer: Int?
    /// The stack of layers.
    public var stack: TapStack

    /// A point at a place.
    ///
    /// - Parameters:
    ///   - point: the point.
    ///   - layer: the layer, from 0; it does not matter for a point that the model has once.
    ///   - stack: the stack of layers; it does not matter for the points of the output layer.
    public init(_ point: TapPoint, layer: Int? = nil, in stack: TapStack = .decoderOnly) {
        self.point = point
        self.layer = point.isInLayer ? layer ?? 0 : nil
        switch point {
        case .unembedIn, .unembedOut, .logits: self.stack = .decoderOnly
        default: self.stack = stack
        }
    }

    /// The name that users see, e.g. `blocks.3.attn.hook_pattern`.
    public var name: String {
        if let layer { return "\(layerPrefix).\(layer).\(point.rawValue)" }
        switch (point, stack) {
        case (.embed, .decoder): return "decoder.\(point.rawValue)"
        case (.embed, .encoderOnly), (.positionEmbed, .encoderOnly), (.typeEmbed, _), (.embedNormScale, _),
            (.embedNorm, _):
            return "embed.\(point.rawValue)"
        case (.finalNormScale, .encoder), (.finalNorm, .encoder), (.finalNormOut, .encoder):
            return "encoder_final_ln\(hook)"
        case (.finalNormScale, .decoder), (.finalNorm, .decoder), (.finalNormOut, .decoder):
            return "decoder_final_ln\(hook)"
        default: return point.rawValue
        }
    }

    /// The name.
    public var description: String { name }

    private var layerPrefix: String {
        switch stack {
        case .decoderOnly, .encoderOnly: "blocks"
        case .encoder: "encoder"
        case .decoder: "decoder"
        }
    }

    /// The end of the point's name, from its dot on.
    private var hook: Substring { point.rawValue[(point.rawValue.firstIndex(of: ".") ?? point.rawValue.startIndex)...] }
}
