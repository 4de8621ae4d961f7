import Synchronization

/// A weight matrix [rows n, columns k] whose rows are stored in one of ggml's formats, plain floats included: a region
/// of a mapped file or memory of its own, which `owner` keeps. It is read only; a copy in the order that products like
/// best is made once, when first needed.
package final class QuantizedMatrix: @unchecked Sendable {
    // Never written after init, but for the copy, which is behind a lock.
    package let format: BlockFormat
    /// n, outputs of a product y = x Wᵀ.
    package let rows: Int
    /// k, inputs.
    package let columns: Int
    package let bytesPerRow: Int
    /// Whether the bytes are pages of a file, which may be dropped from memory since the system reads them again on
    /// demand.
    package let isMapped: Bool
    private let source: Source
    /// Row i is stored as row `order[i]`; nil where rows are in order.
    private let order: [Int32]?

    private enum Source {
        /// Row by row from here on; `owner` keeps the bytes.
        case bytes(UnsafeRawPointer, owner: AnyObject?)
        /// Rows that are put together when they are read, from this one on.
        case assembly(any RowAssembly, first: Int)

        func dropFirst(_ rows: Int, bytesPerRow: Int) -> Source {
            switch self {
            case .bytes(let base, let owner): .bytes(base + rows * bytesPerRow, owner: owner)
            case .assembly(let assembly, let first): .assembly(assembly, first: first + rows)
            }
        }
    }

    private let packing = Guarded<PackedBlocks?>(nil)
    private let packingHalves = Guarded<PackedHalves?>(nil)

    /// - Parameters:
    ///   - bytes: `format.byteCount(rows: rows, columns: columns)` of them; they need not be aligned.
    ///   - owner: what keeps the bytes.
    ///   - isMapped: the bytes are pages of a file.
    /// - Throws: `QuantizedMatrixError` where sizes do not agree.
    package convenience init(
        format: BlockFormat, rows: Int, columns: Int, bytes: UnsafeRawBufferPointer, owner: AnyObject?,
        isMapped: Bool = false
    ) throws {
        let (perRow, count) = try Self.sizes(format, rows, columns)
        guard let base = bytes.baseAddress, bytes.count == count else {
            throw QuantizedMatrixError(
                "a \(format.rawValue) matrix of \(rows) rows of \(columns) takes \(count) bytes, found \(bytes.count)")
        }
        self.init(
            format, rows: rows, columns: columns, bytesPerRow: perRow, .bytes(base, owner: owner), isMapped: isMapped,
            order: nil)
    }

    /// Rows that are put together when they are read.
    package convenience init(format: BlockFormat, rows: Int, columns: Int, assembly: any RowAssembly) throws {
        let (perRow, _) = try Self.sizes(format, rows, columns)
        self.init(
            format, rows: rows, columns: columns, bytesPerRow: perRow, .assembly(assembly, first: 0), isMapped: true,
            order: nil)
    }

    private init(
        _ format: BlockFormat, rows: Int, columns: Int, bytesPerRow: Int, _ source: Source, isMapped: Bool,
        order: [Int32]?
    ) {
        (self.format, self.rows, self.columns, self.bytesPerRow, self.source) = (
            format, rows, columns, bytesPerRow, source
        )
        (self.isMapped, self.order) = (isMapped, order)
    }

    private static func sizes(
        _ format: BlockFormat, _ rows: Int, _ columns: Int
    ) throws -> (bytesPerRow: Int, byteCount: Int) {
        guard let perRow = format.bytesPerRow(columns: columns),
            let count = format.byteCount(rows: rows, columns: columns)
        else {
            throw QuantizedMatrixError(
                "a \(format.rawValue) matrix of \(rows) rows of \(columns): rows are blocks of \(format.elementsPerBlock), at least one"
            )
        }
        guard rows <= Int(Int32.max), columns <= Int(Int32.max) else {
            throw QuantizedMatrixError(
                "a \(format.rawValue) matrix of \(rows) rows of \(columns): sizes up to \(Int32.max) are supported")
        }
        return (perRow, count)
    }

    /// These numbers in memory of its own, rounded to `format`.
    ///
    /// - Parameter values: [rows, columns].
    package convenience init(_ values: UnsafePointer<Float>, rows: Int, columns: Int, as format: BlockFormat) throws {
        let (perRow, count) = try Self.sizes(format, rows, columns)
        let storage = Storage(byteCount: count)
        Processor.current.pool.run(rows) { row in
            format.encode(values + row * columns, count: columns, into: storage.pointer + row * perRow)
        }
        try self.init(
            format: format, rows: rows, columns: columns,
            bytes: UnsafeRawBufferPointer(start: storage.pointer, count: count), owner: storage)
    }

    /// The same rows in another order: row i of the result is row `order[i]` of this.
    ///
    /// - Throws: `QuantizedMatrixError` where the order is not a permutation of the rows.
    package func reordered(_ order: [Int]) throws -> QuantizedMatrix {
        guard order.count == rows, Set(order).count == rows, order.allSatisfy({ 0 <= $0 && $0 < rows }) else {
            throw QuantizedMatrixError("the order of \(rows) rows is not a permutation of them")
        }
        let stored = order.map { self.order?[$0] ?? Int32($0) }
        return QuantizedMatrix(
            format, rows: rows, columns: columns, bytesPerRow: bytesPerRow, source, isMapped: isMapped, order: stored)
    }

    package var byteCount: Int { rows * bytesPerRow }

    /// These rows, as one of the matrices of a stack: [experts n, k] holds expert e in rows e n ..< (e + 1) n.
    package func slice(rows range: Range<Int>) -> QuantizedMatrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows && !range.isEmpty, "rows \(range) of \(rows)")
        // rows in another order may lie anywhere: the slice keeps the whole and its own part of the order
        return QuantizedMatrix(
            format, rows: range.count, columns: columns, bytesPerRow: bytesPerRow,
            order == nil ? source.dropFirst(range.lowerBound, bytesPerRow: bytesPerRow) : source, isMapped: isMapped,
            order: order.map { Array($0[range]) })
    }

    private func storedRow(_ i: Int) -> Int { order.map { Int($0[i]) } ?? i }

    private var base: UnsafeRawPointer? { if case .bytes(let base, _) = source { base } else { nil } }

    /// The stored bytes of row i; nil where rows are assembled.
    func row(_ i: Int) -> UnsafeRawPointer? { base.map { $0 + storedRow(i) * bytesPerRow } }

    /// The stored bytes of row i, in `memory` if they have to be assembled.
    func row(_ i: Int, in memory: UnsafeMutableRawPointer) -> UnsafeRawPointer {
        switch source {
        case .bytes(let base, _): return base + storedRow(i) * bytesPerRow
        case .assembly(let assembly, let first):
            assembly.assemble(row: first + storedRow(i), into: memory)
            return UnsafeRawPointer(memory)
        }
    }

    /// Whether rows lie nowhere as they are.
    var isAssembled: Bool { base == nil }

    /// Where rows come from that are assembled in the order in which they are stored.
    func assembledPages(of range: Range<Int>) -> [UnsafeRawBufferPointer] {
        guard case .assembly(let assembly, let first) = source, order == nil else { return [] }
        return assembly.pages(of: range.lowerBound + first ..< range.upperBound + first)
    }

    /// All stored bytes, if rows are stored in order.
    var bytesInOrder: UnsafeRawBufferPointer? { order == nil ? storedBytes : nil }

    /// All stored bytes, if every row that is stored there is one of these.
    var allBytes: UnsafeRawBufferPointer? { isPermutation ? storedBytes : nil }
    private var storedBytes: UnsafeRawBufferPointer? {
        base.map { UnsafeRawBufferPointer(start: $0, count: byteCount) }
    }
    private var isPermutation: Bool { order.map { Set($0) == Set(0 ..< Int32(rows)) } ?? true }

    /// The order in which products read blocks. Made when first needed; from then on pages of a file are no longer held
    /// in memory.
    func packed(on processor: Processor) -> PackedBlocks {
        packing.withLock { packing in
            if let packing { return packing }
            let made = PackedBlocks(self, on: processor)
            packing = made
            return made
        }
    }

    /// The same for half precision and bfloat16.
    func packedHalves(on processor: Processor) -> PackedHalves {
        packingHalves.withLock { packing in
            if let packing { return packing }
            let made = PackedHalves(self, on: processor)
            packing = made
            return made
        }
    }

    /// Makes ready for products, so that the first of them does not take the time.
    package func prepare() {
        switch format {
        case .float32: break
        case .float16, .bfloat16: _ = packedHalves(on: .current)
        default: _ = packed(on: .current)
        }
    }

    /// Row i as float32, [columns].
    package func decode(row i: Int, into out: UnsafeMutablePointer<Float>) {
        precondition(i >= 0 && i < rows, "row \(i) of \(rows)")
        if let row = row(i) { return format.decode(row, count: columns, into: out) }
        withUnsafeTemporaryAllocation(byteCount: bytesPerRow, alignment: 16) {
            format.decode(row(i, in: $0.baseAddress!), count: columns, into: out)
        }
    }
}

/// Sizes of a matrix that do not agree with its bytes.
package struct QuantizedMatrixError: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
