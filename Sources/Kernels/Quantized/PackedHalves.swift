internal import CKernels

/// A matrix of half precision or bfloat16 as products read it: panels of 32 rows side by side
/// (Sources/CKernels/template/blocks/halves.h). It takes the bytes of the source, rounded up to whole panels, and is
/// the same for every instruction set.
final class PackedHalves: @unchecked Sendable {  // written only while it is made
    static let panelRows = Int(ORRERY_HALF_PANEL_ROWS)

    /// ORRERY_F16 or ORRERY_BF16.
    let type: Int32
    let panels: Int
    let panelBytes: Int
    private let memory: WeightMemory

    init(_ source: QuantizedMatrix, on processor: Processor) {
        precondition(
            source.format == .float16 || source.format == .bfloat16, "\(source.format.rawValue) in panels of halves")
        let k = source.columns
        type = Int32(source.format == .float16 ? ORRERY_F16 : ORRERY_BF16)
        panels = (source.rows + Self.panelRows - 1) / Self.panelRows
        panelBytes = (source.format == .float16 ? k : (k + 1) / 2 * 2) * Self.panelRows * 2
        memory = WeightMemory(byteCount: panels * panelBytes)
        source.move(groupsOf: Self.panelRows, on: processor) { panel, rows in
            processor.kernels.half_pack(
                type, rows, k, (memory.base + panel * panelBytes).assumingMemoryBound(to: UInt8.self))
        }
    }

    func panel(_ p: Int) -> UnsafePointer<UInt8> {
        UnsafePointer((memory.base + p * panelBytes).assumingMemoryBound(to: UInt8.self))
    }
}
