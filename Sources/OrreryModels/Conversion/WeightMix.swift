import Kernels

/// Which format each matrix of a file is stored in, by the names of llama-quantize: one format for most, more bits for
/// those that need them.
package enum WeightMix: String, CaseIterable, Sendable {
    case f32, f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1, q2_k, q3_k_s, q3_k_m, q4_k_s, q4_k_m, q5_k_s, q5_k_m, q6_k,
        iq4_nl, iq4_xs, mxfp4

    /// What most matrices are stored in.
    package var base: BlockFormat {
        switch self {
        case .f32: .float32
        case .f16: .float16
        case .bf16: .bfloat16
        case .q8_0: .q8_0
        case .q4_0: .q4_0
        case .q4_1: .q4_1
        case .q5_0: .q5_0
        case .q5_1: .q5_1
        case .q2_k: .q2_K
        case .q3_k_s, .q3_k_m: .q3_K
        case .q4_k_s, .q4_k_m: .q4_K
        case .q5_k_s, .q5_k_m: .q5_K
        case .q6_k: .q6_K
        case .iq4_nl: .iq4_NL
        case .iq4_xs: .iq4_XS
        case .mxfp4: .mxfp4
        }
    }

    /// llama.cpp's number for the mix (`general.file_type`, `enum llama_ftype`).
    var fileType: UInt32 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q8_0: 7
        case .q5_0: 8
        case .q5_1: 9
        case .q2_k: 10
        case .q3_k_s: 11
        case .q3_k_m: 12
        case .q4_k_s: 14
        case .q4_k_m: 15
        case .q5_k_s: 16
        case .q5_k_m: 17
        case .q6_k: 18
        case .iq4_nl: 25
        case .iq4_xs: 30
        case .bf16: 32
        case .mxfp4: 38
        }
    }

    /// The format of one tensor.
    ///
    /// Vectors, the small matrices that choose experts, and tables of positions and distances stay float32, whose bytes
    /// are nothing. The output layer meets every token and gets six bits or more. Values and what leaves the
    /// feed-forward network carry the most error into the residual stream: the `m` mixes give them more bits in the
    /// first and last eighth of the layers and in every third between.
    ///
    /// - Parameters:
    ///   - name: GGUF's.
    ///   - layers: of the model.
    ///   - isOutput: whether the tensor is the output layer, or a table that serves as one.
    func format(of name: String, shape: [Int], layers: Int, isOutput: Bool) -> BlockFormat {
        fitting(wanted(of: name, shape: shape, layers: layers, isOutput: isOutput), shape)
    }

    /// The format that one tensor would have if its blocks filled the rows.
    func wanted(of name: String, shape: [Int], layers: Int, isOutput: Bool) -> BlockFormat {
        guard shape.count >= 2, !name.contains("ffn_gate_inp"), !name.contains("position_embd"),
            !name.contains("token_types"), !name.contains("attn_rel_b"), !name.contains("_norm")
        else {
            return .float32
        }
        var format = base
        if base.isFloat || base == .q8_0 { return format }
        let part = name.split(separator: ".")
        if isOutput {
            format = .q6_K
        } else if part.count > 2, let layer = Int(part[1]), getsMore(layer, of: layers) {
            switch (self, part[2]) {
            case (.q3_k_m, "attn_v"), (.q3_k_m, "attn_qkv"): format = .q5_K
            case (.q3_k_m, let role) where role.hasPrefix("ffn_down"): format = .q4_K
            case (.q4_k_m, "attn_v"), (.q4_k_m, "attn_qkv"), (.q5_k_m, "attn_v"), (.q5_k_m, "attn_qkv"): format = .q6_K
            case (.q4_k_m, let role) where role.hasPrefix("ffn_down"),
                (.q5_k_m, let role) where role.hasPrefix("ffn_down"):
                format = .q6_K
            default: break
            }
        }
        return format
    }

    private func getsMore(_ layer: Int, of layers: Int) -> Bool {
        layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2
    }

    /// A format whose blocks fill the rows, with at least as many bits.
    private func fitting(_ format: BlockFormat, _ shape: [Int]) -> BlockFormat {
        let columns = shape.last ?? 1
        if columns % format.elementsPerBlock == 0 { return format }
        if columns % 32 != 0 { return .float16 }
        return switch format {
        case .q2_K, .q3_K, .iq4_XS: .iq4_NL
        case .q4_K: .q5_0
        case .q5_K: .q5_1
        default: .q8_0
        }
    }
}
