internal import CKernels
import Foundation

/// Keys and values of one sequence in the order in which the products of attention read them, in tiles of 64 absolute positions.
///
/// Per key-value head and tile, with NR the width of a panel: keys as B panels [64 / NR][words of the head size][NR], values as B panels
/// [head size / NR][words of 64 keys][NR]. Positions not yet written are zero. Rounded to `type` on the way in, so that attention reads
/// the same numbers whether they were computed a moment ago or long before.
package final class KeyValueTiles: @unchecked Sendable {  // one writer at a time: the sequence's owner
    package static let tile = 64

    package let heads: Int
    package let headSize: Int
    package let type: ElementType
    package let capacity: Int

    let keyTileWords: Int
    let valueTileWords: Int
    let keyDepth: Int
    let valueDepth: Int
    private let storage: Storage
    private let processor: Processor
    private let tiles: Int
    let pairs: Bool
    let width: Int

    /// - Parameters:
    ///   - capacity: positions to hold.
    ///   - zeroed: false where every position is about to be written.
    package init(heads: Int, headSize: Int, capacity: Int, type: ElementType, zeroed: Bool = true, on processor: Processor = .current) {
        (self.heads, self.headSize, self.type, self.processor, self.capacity) = (heads, headSize, type, processor, capacity)
        width = Int(processor.kernels.panel_columns)
        pairs = type == .bfloat16 && processor.kernels.native_bf16 != 0
        tiles = (capacity + Self.tile - 1) / Self.tile
        keyDepth = processor.depth(of: headSize, type)
        valueDepth = processor.depth(of: Self.tile, type)
        keyTileWords = Self.tile * keyDepth
        valueTileWords = (headSize + width - 1) / width * width * valueDepth
        storage = Storage(byteCount: max(1, heads * tiles * (keyTileWords + valueTileWords)) * 4, zeroed: zeroed)
    }

    package var byteCount: Int { storage.byteCount }

    private var words: UnsafeMutablePointer<UInt32> { storage.pointer.assumingMemoryBound(to: UInt32.self) }
    func keys(head: Int, tile: Int) -> UnsafeMutablePointer<UInt32> { words + (head * tiles + tile) * keyTileWords }
    func values(head: Int, tile: Int) -> UnsafeMutablePointer<UInt32> { words + heads * tiles * keyTileWords + (head * tiles + tile) * valueTileWords }

    /// Writes `rows` positions of sequence `batch`, from `position` on. What stood there before, or stands behind, is never seen:
    /// a query sees positions up to its own, and all of those are written by then.
    package func write(keys: HeadRows, values: HeadRows, batch: Int, rows: Int, at position: Int) {
        precondition(position >= 0 && position + rows <= capacity, "key-value store: positions \(position) + \(rows) in \(capacity)")
        processor.run(.attention, heads, bytes: 0) { head in
            var row = 0
            while row < rows {
                let place = position + row
                if place % Self.tile == 0, rows - row >= Self.tile {
                    pack(keys: keys, values: values, batch: batch, row: row, head: head, tile: place / Self.tile, count: Self.tile)
                    row += Self.tile
                } else {
                    writeRow(keys: keys, values: values, batch: batch, row: row, head: head, position: place)
                    row += 1
                }
            }
        }
    }

    /// All of a training sequence at once: nothing is rounded twice and partial tiles stay zero past the end.
    func fill(keys: HeadRows, values: HeadRows, batch: Int, rows: Int, head: Int) {
        for t in 0 ..< tiles where t * Self.tile < rows {
            pack(keys: keys, values: values, batch: batch, row: t * Self.tile, head: head, tile: t, count: min(Self.tile, rows - t * Self.tile))
        }
    }

    private func pack(keys k: HeadRows, values v: HeadRows, batch: Int, row: Int, head: Int, tile: Int, count: Int) {
        processor.kernels.pack(
            k.at(batch: batch, row: row, head: head), k.type.code, k.rowStride, 1, count, headSize, Int32(width), type.code,
            keys(head: head, tile: tile), keyDepth * width)
        processor.kernels.pack(
            v.at(batch: batch, row: row, head: head), v.type.code, 1, v.rowStride, headSize, count, Int32(width), type.code,
            values(head: head, tile: tile), valueDepth * width)
    }

    private func writeRow(keys k: HeadRows, values v: HeadRows, batch: Int, row: Int, head: Int, position: Int) {
        withUnsafeTemporaryAllocation(byteCount: headSize * 8, alignment: 64) { buffer in
            let (key, value) = (buffer.baseAddress!, buffer.baseAddress! + headSize * 4)
            processor.kernels.convert(k.at(batch: batch, row: row, head: head), k.type.code, key, type.code, headSize)
            processor.kernels.convert(v.at(batch: batch, row: row, head: head), v.type.code, value, type.code, headSize)
            scatter(key, value, head: head, position: position)
        }
    }

    /// One position's key and value, already of `type`, into their places.
    private func scatter(_ key: UnsafeRawPointer, _ value: UnsafeRawPointer, head: Int, position: Int) {
        let (t, p) = (position / Self.tile, position % Self.tile)
        let keyColumn = keys(head: head, tile: t) + p / width * width * keyDepth + p % width
        let valueTile = values(head: head, tile: t)
        if pairs {
            let halves = key.assumingMemoryBound(to: UInt16.self), v = value.assumingMemoryBound(to: UInt16.self)
            for i in 0 ..< keyDepth {
                let high = 2 * i + 1 < headSize ? UInt32(halves[2 * i + 1]) << 16 : 0
                keyColumn[i * width] = UInt32(halves[2 * i]) | high
            }
            let out = UnsafeMutableRawPointer(valueTile).assumingMemoryBound(to: UInt16.self)
            for j in 0 ..< headSize { out[((j / width * valueDepth + p / 2) * width + j % width) * 2 + p % 2] = v[j] }
        } else {
            func word(_ from: UnsafeRawPointer, _ i: Int) -> UInt32 {
                type == .float32 ? from.load(fromByteOffset: i * 4, as: UInt32.self) : UInt32(from.load(fromByteOffset: i * 2, as: UInt16.self)) << 16
            }
            for i in 0 ..< headSize { keyColumn[i * width] = word(key, i) }
            for j in 0 ..< headSize { valueTile[(j / width * valueDepth + p) * width + j % width] = word(value, j) }
        }
    }
}

extension KeyValueTiles {
    /// Keys and values of B training sequences.
    package static func ofTraining(_ shape: AttentionShape, keys: HeadRows, values: HeadRows, type: ElementType) -> [KeyValueTiles] {
        // whole tiles of whole panels leave no gap
        let fills = shape.keys % tile == 0 && shape.headSize % Int(Processor.current.kernels.panel_columns) == 0
        let made = (0 ..< shape.batch).map { _ in
            KeyValueTiles(
                heads: shape.keyValueHeads, headSize: shape.headSize, capacity: shape.keys, type: type, zeroed: !fills)
        }
        Processor.current.run(.attention, shape.batch * shape.keyValueHeads, bytes: 0) { task in
            let (b, head) = (task / shape.keyValueHeads, task % shape.keyValueHeads)
            made[b].fill(keys: keys, values: values, batch: b, rows: shape.keys, head: head)
        }
        return made
    }
}

extension KeyValueTiles {
    /// Keys of positions 0 ..< count of one head as float32, rows `stride` apart.
    package func copyKeys(head: Int, count: Int, to out: UnsafeMutablePointer<Float>, stride: Int) {
        for p in 0 ..< count {
            let column = keys(head: head, tile: p / Self.tile) + p % Self.tile / width * width * keyDepth + p % width
            for i in 0 ..< headSize { out[p * stride + i] = float(in: column, word: pairs ? i / 2 * width : i * width, half: i % 2) }
        }
    }

    package func copyValues(head: Int, count: Int, to out: UnsafeMutablePointer<Float>, stride: Int) {
        for p in 0 ..< count {
            let tile = values(head: head, tile: p / Self.tile), row = p % Self.tile
            for j in 0 ..< headSize {
                let word = (j / width * valueDepth + (pairs ? row / 2 : row)) * width + j % width
                out[p * stride + j] = float(in: tile, word: word, half: row % 2)
            }
        }
    }

    private func float(in words: UnsafePointer<UInt32>, word: Int, half: Int) -> Float {
        guard pairs else { return Float(bitPattern: words[word]) }
        return Float(bitPattern: half == 0 ? words[word] << 16 : words[word] & 0xffff_0000)
    }
}
