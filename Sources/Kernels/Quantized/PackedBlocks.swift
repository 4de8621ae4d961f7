internal import CKernels
import Foundation

/// A matrix in blocks as products read it: panels of sixteen rows side by side, word by word (Sources/CKernels/template/blocks/formats.h). It takes the bytes of the
/// source, rounded up to whole panels, and is the same for every instruction set.
final class PackedBlocks: @unchecked Sendable {  // written only while it is made
    static let panelRows = Int(ORRERY_PANEL_ROWS)

    let layout: orrery_block_layout
    let format: Int32
    let panels: Int
    /// Of a row.
    let blocks: Int
    let panelBytes: Int
    private let memory: UnsafeMutableRawPointer

    init(_ source: QuantizedMatrix, on processor: Processor) {
        format = source.format.code
        layout = orrery_layout_of_blocks(format)
        blocks = source.columns / Int(layout.elements)
        panels = (source.rows + Self.panelRows - 1) / Self.panelRows
        panelBytes = source.bytesPerRow * Self.panelRows
        memory = Self.allocate(panels * panelBytes)
        let together = max(1, (1 << 20) / panelBytes)  // a MiB a task, after which its pages of the file can go
        processor.run(.products, (panels + together - 1) / together, bytes: 2 * source.byteCount) { task in
            for p in task * together ..< min(panels, (task + 1) * together) { pack(source, panel: p) }
            if source.isMapped, let bytes = source.bytesInOrder {
                let rows = task * together * Self.panelRows ..< min(source.rows, (task + 1) * together * Self.panelRows)
                Self.dropPages(UnsafeRawBufferPointer(rebasing: bytes[rows.lowerBound * source.bytesPerRow ..< rows.upperBound * source.bytesPerRow]))
            }
        }
    }

    deinit { free(memory) }

    func panel(_ p: Int) -> UnsafePointer<UInt8> { UnsafePointer((memory + p * panelBytes).assumingMemoryBound(to: UInt8.self)) }

    private func pack(_ source: QuantizedMatrix, panel p: Int) {
        withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>?.self, capacity: Self.panelRows) { rows in
            for r in 0 ..< Self.panelRows {
                let row = p * Self.panelRows + r
                rows[r] = row < source.rows ? source.row(row).assumingMemoryBound(to: UInt8.self) : nil
            }
            orrery_pack_blocks(format, rows.baseAddress!, blocks, (memory + p * panelBytes).assumingMemoryBound(to: UInt8.self))
        }
    }

    private static let hugePage = 2 << 20

    /// Whole huge pages are asked for as such; the rest would only be wasted on one.
    private static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        var result: UnsafeMutableRawPointer?
        guard posix_memalign(&result, count >= hugePage ? hugePage : 64, count) == 0, let result else {
            fatalError("out of memory: \(count) bytes for a weight matrix")
        }
        #if os(Linux)
        if count >= hugePage { madvise(result, count / hugePage * hugePage, 14 /* MADV_HUGEPAGE */) }
        #endif
        return result
    }

    /// Lets the pages that lie wholly inside go. They are a file's, read only, and come back when they are touched.
    static func dropPages(_ bytes: UnsafeRawBufferPointer) {
        let page = sysconf(Int32(_SC_PAGESIZE)), start = UInt(bitPattern: bytes.baseAddress!)
        let first = (start + UInt(page) - 1) / UInt(page) * UInt(page), end = (start + UInt(bytes.count)) / UInt(page) * UInt(page)
        if first < end { madvise(UnsafeMutableRawPointer(bitPattern: first), Int(end - first), Int32(MADV_DONTNEED)) }
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
