internal import CKernels

/// A matrix in blocks as products read it: panels of sixteen rows side by side, word by word
/// (Sources/CKernels/template/blocks/formats.h). It takes the bytes of the source, rounded up to whole panels, and is
/// the same for every instruction set.
final class PackedBlocks: @unchecked Sendable {  // written only while it is made
    static let panelRows = Int(ORRERY_PANEL_ROWS)

    let layout: orrery_block_layout
    let format: Int32
    let panels: Int
    /// Of a row.
    let blocks: Int
    let panelBytes: Int
    private let memory: WeightMemory

    init(_ source: QuantizedMatrix, on processor: Processor) {
        format = source.format.code
        layout = orrery_layout_of_blocks(format)
        blocks = source.columns / Int(layout.elements)
        panels = (source.rows + Self.panelRows - 1) / Self.panelRows
        panelBytes = source.bytesPerRow * Self.panelRows
        memory = WeightMemory(byteCount: panels * panelBytes)
        source.move(groupsOf: Self.panelRows, on: processor) { panel, rows in
            orrery_pack_blocks(
                format, rows, blocks, (memory.base + panel * panelBytes).assumingMemoryBound(to: UInt8.self))
        }
    }

    func panel(_ p: Int) -> UnsafePointer<UInt8> {
        UnsafePointer((memory.base + p * panelBytes).assumingMemoryBound(to: UInt8.self))
    }
}

extension BlockFormat {
    /// The number by which the inner loops know a format of blocks.
    var code: Int32 {
        let value: Int
        switch self {
        case .float32, .float16, .bfloat16: preconditionFailure("\(rawValue) has no blocks")
        case .q8_0: value = Int(ORRERY_Q8_0)
        case .q4_0: value = Int(ORRERY_Q4_0)
        case .q4_1: value = Int(ORRERY_Q4_1)
        case .q5_0: value = Int(ORRERY_Q5_0)
        case .q5_1: value = Int(ORRERY_Q5_1)
        case .q2_K: value = Int(ORRERY_Q2_K)
        case .q3_K: value = Int(ORRERY_Q3_K)
        case .q4_K: value = Int(ORRERY_Q4_K)
        case .q5_K: value = Int(ORRERY_Q5_K)
        case .q6_K: value = Int(ORRERY_Q6_K)
        case .iq4_NL: value = Int(ORRERY_IQ4_NL)
        case .iq4_XS: value = Int(ORRERY_IQ4_XS)
        case .mxfp4: value = Int(ORRERY_MXFP4)
        }
        return Int32(value)
    }
}
