import OrreryFiles

/// Reading the words that configurations of Hugging Face's classes have for it, where the architecture is not known
/// here.
extension CacheLayout {
    static func read(_ json: JSONFields) -> CacheLayout? {
        func int(_ keys: String...) -> Int? {
            keys.lazy.compactMap { try? json.intIfPresent($0, in: 1 ... 1 << 31) }.first
        }
        guard
            let count = int(
                "num_decoder_layers", "num_hidden_layers", "n_layer", "n_layers", "num_layers", "num_transformer_layers"
            ), count <= mostLayers,
            !json.has("kv_lora_rank")  // what is kept then is a compression of both
        else { return nil }
        guard
            let heads = list(json, ["num_attention_heads", "n_head", "n_heads", "num_heads", "num_query_heads"], count)
        else { return nil }
        let keyValueHeads =
            list(json, ["num_key_value_heads", "num_kv_heads", "num_key_value_heads_per_layer", "n_head_kv"], count)
            ?? heads
        let width = int("hidden_size", "n_embd", "d_model", "model_dim")
        guard
            let size = int("head_dim", "d_kv")
                ?? width.flatMap({ width in (heads.first ?? 0) > 0 ? width / heads[0] : nil })
        else { return nil }
        let kinds = kinds(json, count), windows = windows(json, count, kinds)
        let layers = (0 ..< count).compactMap { layer -> Layer? in
            let kind = kinds?[layer]
            guard keyValueHeads[layer] > 0, kind.map(hasKeys) ?? true else { return nil }
            let sees = kind.map(isLocal) ?? true ? windows[layer] : nil
            return Layer(heads: keyValueHeads[layer], keySize: size, valueSize: int("v_head_dim") ?? size, window: sees)
        }
        return CacheLayout(
            layers: layers, context: int("max_position_embeddings", "n_positions", "max_seq_len", "max_context_length"))
    }

    /// A number for every layer: one for all, or a list with one for each; 0 and null where a layer has none.
    private static func list(_ json: JSONFields, _ keys: [String], _ count: Int) -> [Int]? {
        for key in keys {
            switch json.object[key] {
            case .int(let value)?:
                guard let value = Int(exactly: value), (1 ... 1 << 24).contains(value) else { return nil }
                return Array(repeating: value, count: count)
            case .array(let values)?:
                let numbers = values.compactMap { value -> Int? in
                    switch value {
                    case .null: 0
                    case .int(let number): Int(exactly: number).flatMap { (0 ... 1 << 24).contains($0) ? $0 : nil }
                    default: nil
                    }
                }
                return numbers.count == count && values.count == count ? numbers : nil
            default: continue
            }
        }
        return nil
    }

    /// What each layer is, by one of the names that lists of it have; nil where nothing is said and all are alike.
    private static func kinds(_ json: JSONFields, _ count: Int) -> [String]? {
        for key in ["layer_types", "layers_block_type", "block_types", "layers_type"] {
            if let names = try? json.stringsIfPresent(key), names.count == count { return names }
        }
        for key in ["full_attn_idxs", "attn_layer_indices", "attention_layers_idx"] {
            guard let indices = try? json.intsIfPresent(key) else { continue }
            return (0 ..< count).map { indices.contains($0) ? "attention" : "other" }
        }
        if let pattern = try? json.stringIfPresent("hybrid_override_pattern"), pattern.count == count {
            return pattern.map { $0 == "*" ? "attention" : "other" }
        }
        if let period = try? json.intIfPresent("attn_layer_period", in: 1 ... mostLayers),
            let offset = try? json.intIfPresent("attn_layer_offset")
        {
            return (0 ..< count).map { $0 % period == offset ? "attention" : "other" }
        }
        if let interval = try? json.intIfPresent("full_attention_interval", in: 1 ... mostLayers) {
            return (1 ... count).map { $0 % interval == 0 ? "full_attention" : "linear_attention" }
        }
        return nil
    }

    private static func hasKeys(_ kind: String) -> Bool {
        (kind.contains("attention") && !kind.contains("linear")) || kind == "hybrid"
    }
    private static func isLocal(_ kind: String) -> Bool {
        kind.contains("sliding") || kind.contains("chunked") || kind.contains("local")
    }

    /// The window of each layer that has one: it is that of all only where the layers' kinds say which, or in a list.
    private static func windows(_ json: JSONFields, _ count: Int, _ kinds: [String]?) -> [Int?] {
        for key in ["sliding_window", "attention_chunk_size"] where json.has(key) {
            if let each = list(json, [key], count) {
                if case .array? = json.object[key] { return each.map { $0 > 0 ? $0 : nil } }
                return kinds == nil ? Array(repeating: nil, count: count) : each
            }
        }
        return Array(repeating: nil, count: count)
    }
}
