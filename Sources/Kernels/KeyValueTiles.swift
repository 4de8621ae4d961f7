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
    package private(set) var count = 0

    let keyTileWords: Int
    let valueTileWords: Int
    let keyDepth: Int
    let valueDepth: Int
    private let storage: Storage
    private let processor: Processor
    private let tiles: Int
    private let pairs: Bool
    private let width: Int

    /// - Parameter capacity: positions to hold.
    package init(heads: Int, headSize: Int, capacity: Int, type: ElementType, on processor: Processor = .current) {
        (self.heads, self.headSize, self.type, self.processor, self.capacity) = (heads, headSize, type, processor, capacity)
        width = Int(processor.kernels.panel_columns)
        pairs = type == .bfloat16 && processor.kernels.native_bf16 != 0
        tiles = (capacity + Self.tile - 1) / Self.tile
        keyDepth = processor.depth(of: headSize, type)
        valueDepth = processor.depth(of: Self.tile, type)
        keyTileWords = Self.tile * keyDepth
        valueTileWords = (headSize + width - 1) / width * width * valueDepth
        storage = Storage(byteCount: max(1, heads * tiles * (keyTileWords + valueTileWords)) * 4, zeroed: true)
    }

    package var byteCount: Int { storage.byteCount }

    private var words: UnsafeMutablePointer<UInt32> { storage.pointer.assumingMemoryBound(to: UInt32.self) }
    func keys(head: Int, tile: Int) -> UnsafeMutablePointer<UInt32> { words + (head * tiles + tile) * keyTileWords }
    func values(head: Int, tile: Int) -> UnsafeMutablePointer<UInt32> { words + heads * tiles * keyTileWords + (head * tiles + tile) * valueTileWords }

    /// Forgets all positions from `count` on.
    package func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count)
        self.count = count
        // A later append writes whole words, but what it leaves must read as zero.
        let first = count / Self.tile
        for head in 0 ..< heads {
            for t in first ..< tiles {
                let keep = t == first ? count % Self.tile : 0
                if keep == 0 {
                    memset(keys(head: head, tile: t), 0, keyTileWords * 4)
                    memset(values(head: head, tile: t), 0, valueTileWords * 4)
                } else {
                    for position in count ..< (first + 1) * Self.tile { clear(head: head, position: position) }
                }
            }
        }
    }

    private func clear(head: Int, position: Int) {
        let zero = [UInt16](repeating: 0, count: headSize * 2)
        zero.withUnsafeBytes { scatter($0.baseAddress!, $0.baseAddress!, head: head, position: position) }
    }

    /// Appends `rows` positions of sequence `batch`.
    package func append(keys: HeadRows, values: HeadRows, batch: Int, rows: Int) {
        precondition(count + rows <= capacity, "key-value store: \(count) + \(rows) positions in \(capacity)")
        let start = count
        processor.pool.run(heads) { head in
            var row = 0
            while row < rows {
                let position = start + row, left = rows - row
                if position % Self.tile == 0, left >= Self.tile {
                    pack(keys: keys, values: values, batch: batch, row: row, head: head, tile: position / Self.tile, count: Self.tile)
                    row += Self.tile
                } else {
                    write(keys: keys, values: values, batch: batch, row: row, head: head, position: position)
                    row += 1
                }
            }
        }
        count += rows
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

    private func write(keys k: HeadRows, values v: HeadRows, batch: Int, row: Int, head: Int, position: Int) {
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
        let made = (0 ..< shape.batch).map { _ in
            KeyValueTiles(heads: shape.keyValueHeads, headSize: shape.headSize, capacity: shape.queries, type: type)
        }
        Processor.current.pool.run(shape.batch * shape.keyValueHeads) { task in
            let (b, head) = (task / shape.keyValueHeads, task % shape.keyValueHeads)
            made[b].fill(keys: keys, values: values, batch: b, rows: shape.queries, head: head)
        }
        return made
    }
}
