extension Reference {
    /// A head's key or value as a cache of this type gives it back.
    package static func kept(_ row: [Float], as type: CacheType) -> [Float] {
        switch type {
        case .float32: row
        case .float16: row.map(\.roundedToFloat16)
        case .bfloat16: row.map(\.roundedToBFloat16)
        case .q8_0:
            stride(from: 0, to: row.count, by: CacheType.block).flatMap { at -> [Float] in
                let block = row[at ..< min(row.count, at + CacheType.block)]
                let scale = (block.reduce(0) { max($0, abs($1)) } / 127).roundedToFloat16
                let inverse = scale > 0 ? 1 / scale : 0
                return block.map { min(127, max(-127, ($0 * inverse).rounded(.toNearestOrEven))) * scale }
            }
        }
    }

    /// By how much that may differ from a number whose block's largest is `largest`: half a step of the type. 8-bit
    /// blocks add the rounding of their scale.
    package static func keptError(_ type: CacheType, largest: Double) -> Double {
        switch type {
        case .float32: 0
        case .float16: largest * 0x1p-11 + 0x1p-25
        case .bfloat16: largest * 0x1p-8
        case .q8_0: largest * (0.5 / 127 + 0x1p-11) + 0x1p-25
        }
    }
}
