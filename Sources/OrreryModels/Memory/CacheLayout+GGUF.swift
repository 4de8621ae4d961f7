import OrreryFiles

/// Reading llama.cpp's keys, where the architecture is not known here.
///
/// Source: llama.cpp, `src/llama-model.cpp` (`get_key_or_arr`, `load_swa_pattern`) and `src/models/`.
extension CacheLayout {
    static func read(_ metadata: GGUFMetadata) -> CacheLayout? {
        guard let architecture = try? metadata.stringIfPresent("general.architecture") else { return nil }
        func value(_ key: String) -> GGUFValue? { metadata["\(architecture).\(key)"] }
        func int(_ key: String) -> Int? { value(key)?.int.flatMap { (1 ... 1 << 31).contains($0) ? $0 : nil } }
        guard let count = int("block_count"), count <= mostLayers else { return nil }
        let context = int("context_length")
        if value("attention.causal")?.bool == false { return CacheLayout(layers: [], context: context) }
        guard let heads = list(value("attention.head_count"), count) else { return nil }
        let keyValueHeads =
            value("attention.head_count_kv") == nil ? heads : list(value("attention.head_count_kv"), count)
        guard let keyValueHeads else { return nil }
        let divided = int("embedding_length").flatMap { width in heads.first { $0 > 0 }.map { width / $0 } }
        guard let keySize = int("attention.key_length") ?? divided else { return nil }
        let valueSize = int("attention.value_length") ?? keySize, window = int("attention.sliding_window")
        let isLocal = local(value("attention.sliding_window_pattern"), count)
        let interval = int("full_attention_interval"), sharing = int("attention.shared_kv_layers") ?? 0
        let layers = (0 ..< count).compactMap { layer -> Layer? in
            guard keyValueHeads[layer] > 0, layer < count - sharing, interval.map({ (layer + 1) % $0 == 0 }) ?? true
            else { return nil }
            guard isLocal[layer], let window else {
                return Layer(heads: keyValueHeads[layer], keySize: keySize, valueSize: valueSize, window: nil)
            }
            return Layer(
                heads: keyValueHeads[layer], keySize: int("attention.key_length_swa") ?? keySize,
                valueSize: int("attention.value_length_swa") ?? valueSize, window: window)
        }
        return CacheLayout(layers: layers, context: context)
    }

    /// A number for every layer: one for all, or an array with one for each; 0 where a layer has none.
    private static func list(_ value: GGUFValue?, _ count: Int) -> [Int]? {
        let numbers = value?.array?.ints() ?? value?.int.map { Array(repeating: $0, count: count) }
        return numbers?.count == count && numbers?.allSatisfy { (0 ... 1 << 24).contains($0) } == true ? numbers : nil
    }

    /// Which layers have a window: an array says it of each, a number n of all but every n-th; nothing is said of none.
    private static func local(_ value: GGUFValue?, _ count: Int) -> [Bool] {
        if let array = value?.array, array.count == count,
            let flags = array.elementType == .bool ? array.bytes()?.map(Int.init) : array.ints()
        {
            return flags.map { $0 != 0 }
        }
        guard let every = value?.int, every >= 0 else { return Array(repeating: false, count: count) }
        return (0 ..< count).map { every == 0 || $0 % every < every - 1 }
    }
}
