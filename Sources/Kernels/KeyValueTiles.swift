internal import CKernels
import Foundation

/// Keys and values of one sequence in the order in which the products of attention read them, in tiles of 64 absolute positions.
///
/// Of a layer whose queries look back no further than a window, the tiles form a ring: a new one takes the place of the oldest.
/// Positions not yet written are zero.
package final class KeyValueTiles: @unchecked Sendable {  // one writer at a time: the sequence's owner
    package static let tile = Int(ORRERY_CACHE_TILE)
    /// Positions that a ring holds beyond its window: as many may be written before the first of them is attended to, and taken back.
    package static let slack = 256

    package let heads: Int
    package let headSize: Int
    package let type: CacheType
    package let capacity: Int
    /// How far back queries look, their own position included, if that bounds what is kept.
    package let window: Int?

    let layout: KeyValueLayout
    private let storage: Storage
    private let processor: Processor
    private let slots: Int
    /// The tile that each slot of a ring holds, -1 before it holds any.
    private var held: [Int]

    /// - Parameters:
    ///   - capacity: positions to hold.
    ///   - window: of the layer's queries; nil where they see everything.
    ///   - zeroed: false where every position is about to be written.
    package init(
        heads: Int, headSize: Int, capacity: Int, type: CacheType, window: Int? = nil, zeroed: Bool = true, on processor: Processor = .current
    ) {
        (self.heads, self.headSize, self.type, self.processor, self.capacity) = (heads, headSize, type, processor, capacity)
        layout = KeyValueLayout(headSize: headSize, type: type, on: processor)
        let tiles = (capacity + Self.tile - 1) / Self.tile
        slots = Self.slots(capacity: capacity, window: window)
        self.window = slots < tiles ? window : nil
        held = Array(repeating: -1, count: slots)
        storage = Storage(byteCount: max(1, heads * slots * (layout.keyTileBytes + layout.valueTileBytes)), zeroed: zeroed)
    }

    package var byteCount: Int { storage.byteCount }

    /// What `byteCount` would be.
    package static func byteCount(
        heads: Int, headSize: Int, capacity: Int, type: CacheType, window: Int? = nil, on processor: Processor = .current
    ) -> Int {
        let layout = KeyValueLayout(headSize: headSize, type: type, on: processor)
        return heads * slots(capacity: capacity, window: window) * (layout.keyTileBytes + layout.valueTileBytes)
    }

    /// Tiles that are kept: those of all positions, or those that `slack` queries in a row may see.
    package static func slots(capacity: Int, window: Int?) -> Int {
        let all = (capacity + tile - 1) / tile
        guard let window, window < capacity else { return all }
        // From the first key of the first query to the last query, wherever that begins in its tile.
        return min(all, (window + slack - 2 + tile - 1) / tile + 1)
    }

    /// Rows that may be written before the first of them is attended to.
    package var room: Int { window == nil ? .max : Self.slack }

    /// Whether a sequence cut to `count` positions can go on: what its next query sees is still there.
    package func canContinue(from count: Int) -> Bool {
        guard let window, count > 0 else { return true }
        return (max(0, count - window + 1) / Self.tile ... (count - 1) / Self.tile).allSatisfy(holds)
    }

    func holds(tile: Int) -> Bool { window == nil || held[tile % slots] == tile }

    private func keyTile(_ head: Int, _ tile: Int) -> UnsafeMutableRawPointer { storage.pointer + (head * slots + tile % slots) * layout.keyTileBytes }
    private func valueTile(_ head: Int, _ tile: Int) -> UnsafeMutableRawPointer {
        storage.pointer + heads * slots * layout.keyTileBytes + (head * slots + tile % slots) * layout.valueTileBytes
    }

    /// The same keys and values in memory of their own.
    package func copy() -> KeyValueTiles {
        let other = KeyValueTiles(heads: heads, headSize: headSize, capacity: capacity, type: type, window: window, zeroed: false, on: processor)
        other.held = held
        other.storage.pointer.copyMemory(from: storage.pointer, byteCount: storage.byteCount)
        return other
    }

    // MARK: Writing

    /// Writes `rows` positions of sequence `batch`, from `position` on. What stood there before, or stands behind, is never seen:
    /// a query sees positions up to its own, and all of those are written by then.
    package func write(keys: HeadRows, values: HeadRows, batch: Int, rows: Int, at position: Int) {
        hold(rows: rows, at: position)
        processor.run(.attention, heads, bytes: 0) { write(keys: keys, values: values, batch: batch, rows: rows, at: position, head: $0) }
    }

    /// The same for several sequences, which are the batch.
    package static func write(_ keys: HeadRows, _ values: HeadRows, into sequences: [KeyValueTiles], rows: Int, at position: Int) {
        guard let first = sequences.first else { return }
        for sequence in sequences { sequence.hold(rows: rows, at: position) }
        first.processor.run(.attention, sequences.count * first.heads, bytes: 0) { task in
            let (b, head) = (task / first.heads, task % first.heads)
            sequences[b].write(keys: keys, values: values, batch: b, rows: rows, at: position, head: head)
        }
    }

    private func hold(rows: Int, at position: Int) {
        precondition(position >= 0 && position + rows <= capacity, "key-value store: positions \(position) + \(rows) in \(capacity)")
        guard window != nil, rows > 0 else { return }
        for t in position / Self.tile ... (position + rows - 1) / Self.tile { held[t % slots] = t }
    }

    private func write(keys: HeadRows, values: HeadRows, batch: Int, rows: Int, at position: Int, head: Int) {
        var row = 0
        while row < rows {
            let place = position + row
            if layout.isWords, place % Self.tile == 0, rows - row >= Self.tile {
                pack(keys: keys, values: values, batch: batch, row: row, head: head, tile: place / Self.tile, count: Self.tile)
                row += Self.tile
            } else {
                writeRow(keys: keys, values: values, batch: batch, row: row, head: head, position: place)
                row += 1
            }
        }
    }

    /// All of a training sequence at once: nothing is rounded twice and partial tiles stay zero past the end.
    func fill(keys: HeadRows, values: HeadRows, batch: Int, rows: Int, head: Int) {
        guard layout.isWords else { return write(keys: keys, values: values, batch: batch, rows: rows, at: 0, head: head) }
        for t in 0 ..< slots where t * Self.tile < rows {
            pack(keys: keys, values: values, batch: batch, row: t * Self.tile, head: head, tile: t, count: min(Self.tile, rows - t * Self.tile))
        }
    }

    private func pack(keys k: HeadRows, values v: HeadRows, batch: Int, row: Int, head: Int, tile: Int, count: Int) {
        let width = layout.width, code = type.productType.code
        processor.kernels.pack(
            k.at(batch: batch, row: row, head: head), k.type.code, k.rowStride, 1, count, headSize, Int32(width), code,
            keyTile(head, tile).assumingMemoryBound(to: UInt32.self), layout.keyDepth * width)
        processor.kernels.pack(
            v.at(batch: batch, row: row, head: head), v.type.code, 1, v.rowStride, headSize, count, Int32(width), code,
            valueTile(head, tile).assumingMemoryBound(to: UInt32.self), layout.valueDepth * width)
    }

    private func writeRow(keys k: HeadRows, values v: HeadRows, batch: Int, row: Int, head: Int, position: Int) {
        let key = k.at(batch: batch, row: row, head: head), value = v.at(batch: batch, row: row, head: head)
        let (t, p) = (position / Self.tile, position % Self.tile)
        guard layout.isWords else {
            processor.kernels.cache_write(type.code, 1, key, k.type.code, headSize, p, keyTile(head, t))
            processor.kernels.cache_write(type.code, 0, value, v.type.code, headSize, p, valueTile(head, t))
            return
        }
        withUnsafeTemporaryAllocation(byteCount: headSize * 8, alignment: 64) { buffer in
            let (roundKey, roundValue) = (buffer.baseAddress!, buffer.baseAddress! + headSize * 4), code = type.productType.code
            processor.kernels.convert(key, k.type.code, roundKey, code, headSize)
            processor.kernels.convert(value, v.type.code, roundValue, code, headSize)
            scatter(roundKey, roundValue, keyTile(head, t).assumingMemoryBound(to: UInt32.self), valueTile(head, t), at: p)
        }
    }

    /// One position's key and value, already rounded, into their words.
    private func scatter(_ key: UnsafeRawPointer, _ value: UnsafeRawPointer, _ keyTile: UnsafeMutablePointer<UInt32>, _ valueTile: UnsafeMutableRawPointer, at p: Int) {
        let width = layout.width, keyColumn = keyTile + p / width * width * layout.keyDepth + p % width
        if layout.isPairs {
            let halves = key.assumingMemoryBound(to: UInt16.self), v = value.assumingMemoryBound(to: UInt16.self)
            for i in 0 ..< layout.keyDepth {
                let high = 2 * i + 1 < headSize ? UInt32(halves[2 * i + 1]) << 16 : 0
                keyColumn[i * width] = UInt32(halves[2 * i]) | high
            }
            let out = valueTile.assumingMemoryBound(to: UInt16.self)
            for j in 0 ..< headSize { out[((j / width * layout.valueDepth + p / 2) * width + j % width) * 2 + p % 2] = v[j] }
        } else {
            let k = key.assumingMemoryBound(to: UInt32.self), v = value.assumingMemoryBound(to: UInt32.self)
            let out = valueTile.assumingMemoryBound(to: UInt32.self)
            for i in 0 ..< headSize { keyColumn[i * width] = k[i] }
            for j in 0 ..< headSize { out[(j / width * layout.valueDepth + p) * width + j % width] = v[j] }
        }
    }

    // MARK: Reading

    /// Columns of keys, `layout.width` of them, as the words of a product's right operand; `memory` takes them where they have to be widened.
    func keys(head: Int, tile: Int, panel: Int, in memory: UnsafeMutablePointer<Float>) -> UnsafePointer<UInt32> {
        let from = keyTile(head, tile)
        if layout.isWords { return UnsafePointer(from.assumingMemoryBound(to: UInt32.self) + panel * layout.keyDepth * layout.width) }
        processor.kernels.expand_keys(type.code, from, headSize, panel, memory)
        return UnsafeRawPointer(memory).assumingMemoryBound(to: UInt32.self)
    }

    /// Columns of values, as those of keys.
    func values(head: Int, tile: Int, panel: Int, in memory: UnsafeMutablePointer<Float>) -> UnsafePointer<UInt32> {
        let from = valueTile(head, tile)
        if layout.isWords { return UnsafePointer(from.assumingMemoryBound(to: UInt32.self) + panel * layout.valueDepth * layout.width) }
        processor.kernels.expand_values(type.code, from, headSize, panel, memory)
        return UnsafeRawPointer(memory).assumingMemoryBound(to: UInt32.self)
    }

    /// Itself, or where a ring has no room for so many new positions, a copy of what it holds in which all `capacity` have a place.
    package func withRoom(for rows: Int, capacity: Int) -> KeyValueTiles {
        guard rows > room else { return self }
        let whole = KeyValueTiles(heads: heads, headSize: headSize, capacity: capacity, type: type, on: processor)
        for t in held where t >= 0 && t < whole.slots {
            for head in 0 ..< heads {
                whole.keyTile(head, t).copyMemory(from: keyTile(head, t), byteCount: layout.keyTileBytes)
                whole.valueTile(head, t).copyMemory(from: valueTile(head, t), byteCount: layout.valueTileBytes)
            }
        }
        return whole
    }
}
