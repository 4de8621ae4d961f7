import Kernels
import OrreryTensor
import Synchronization

/// One tensor on its way from a checkpoint to another: matrices laid one after another, their rows and columns perhaps
/// in another order, in another format.
struct TensorConversion {
    let name: String
    let shape: [Int]
    let format: BlockFormat
    /// Each [rows, columns]; of a stack of experts one for each.
    let parts: [QuantizedMatrix]
    /// Whether the one part is stored as the transpose.
    var isTransposed = false
    /// What every number is multiplied by.
    var factor: Float = 1
    /// What is added to every number.
    var addend: Float = 0
    /// Of a vector: number i is the part's number `permutation[i]`.
    var permutation: [Int]?

    var rows: Int { shape.dropLast().reduce(1, *) }
    var columns: Int { shape.last ?? 1 }
    /// What a caller knows to fit, since the parts were found in a file.
    var byteCount: Int { format.byteCount(rows: rows, columns: columns) ?? 0 }

    /// Gives `sink` the bytes, some rows at a time, converted on all threads.
    ///
    /// - Throws: `ModelError` that names a number the format cannot hold.
    func write(to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        let perRow = format.bytesPerRow(columns: columns)!
        let rowsPerChunk = max(1, min(rows, (8 << 20) / max(perRow, columns * 4)))
        let bytes = Storage(byteCount: rowsPerChunk * perRow), floats = Storage(byteCount: rowsPerChunk * columns * 4)
        /// The first number that cannot be stored.
        let refused = Mutex<(row: Int, column: Int, value: Float)?>(nil)
        for first in stride(from: 0, to: rows, by: rowsPerChunk) {
            let count = min(rowsPerChunk, rows - first)
            let values = floats.pointer.assumingMemoryBound(to: Float.self)
            Processor.current.forRuns(.elementwise, count, grain: 1, bytes: count * (perRow + columns * 4)) { run in
                for i in run {
                    let row = values + i * columns
                    read(row: first + i, into: row)
                    if let permutation {
                        let values = Array(UnsafeBufferPointer(start: row, count: columns))
                        for c in 0 ..< columns { row[c] = values[permutation[c]] }
                    }
                    if factor != 1 { for c in 0 ..< columns { row[c] *= factor } }
                    if addend != 0 { for c in 0 ..< columns { row[c] += addend } }
                    let column = withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) {
                        format.encodeChecked(
                            row, count: columns, into: bytes.pointer + i * perRow, scratch: $0.baseAddress!)
                    }
                    if let column {
                        let value = row[column]
                        refused.withLock { if ($0?.row ?? .max) > first + i { $0 = (first + i, column, value) } }
                    }
                }
            }
            if let (row, column, value) = refused.withLock({ $0 }) {
                throw ModelError.number(value, tensor: name, row: row, column: column, format: format)
            }
            try sink(UnsafeRawBufferPointer(start: bytes.pointer, count: count * perRow))
        }
        withExtendedLifetime((bytes, floats)) {}
    }

    func replacing(parts: [QuantizedMatrix]) -> TensorConversion {
        TensorConversion(
            name: name, shape: shape, format: format, parts: parts, isTransposed: isTransposed, factor: factor,
            addend: addend, permutation: permutation)
    }

    private func read(row: Int, into out: UnsafeMutablePointer<Float>) {
        if isTransposed {
            // Column `row` of the part; only GPT-2's matrices are stored so.
            let part = parts[0]
            withUnsafeTemporaryAllocation(of: Float.self, capacity: part.columns) { line in
                for r in 0 ..< part.rows {
                    part.decode(row: r, into: line.baseAddress!)
                    out[r] = line[row]
                }
            }
        } else {
            let perPart = rows / parts.count
            parts[row / perPart].decode(row: row % perPart, into: out)
        }
    }
}

extension TensorConversion {
    /// A vector of numbers that no checkpoint has.
    init(name: String, values: [Float], as format: BlockFormat) throws {
        self.init(
            name: name, shape: [values.count], format: format,
            parts: try Parameter(name: name, value: Tensor(values, shape: [values.count])).matrices)
    }
}

extension Parameter {
    /// The weight as matrices, one for each expert of a stack; a vector as one row.
    var matrices: [QuantizedMatrix] {
        get throws {
            if !blocks.isEmpty { return blocks }
            let value = value.cast(to: .float32), columns = shape.last ?? 1, rows = shape.dropLast().reduce(1, *)
            let bytes = UnsafeRawBufferPointer(start: value.pointer, count: rows * columns * 4)
            return [
                try QuantizedMatrix(format: .float32, rows: rows, columns: columns, bytes: bytes, owner: value.storage)
            ]
        }
    }
}
