internal import CKernels
import Foundation

/// Keys and values of one sequence in the order in which the products of attention read them, in tiles of 64 absolute
/// positions.
///
/// A tile of all heads is a page: memory of its own, taken when its first position is written. A table says where the
/// pages lie. Copies of a sequence share them, and whoever writes into a page that others hold takes a copy of it
/// first.
///
/// Of a layer whose queries look back no further than a window, the table is a ring: a new tile takes the place of the
/// oldest. Positions not yet written are zero.
package final class KeyValueTiles: @unchecked Sendable {  // one writer at a time: the sequence's owner
    package static let tile = Int(ORRERY_CACHE_TILE)
    /// Positions that a ring holds beyond its window: as many may be written before the first of them is attended to,
    /// and taken back.
    package static let slack = 256

    package let heads: Int
    package let headSize: Int
    package let type: CacheType
    package let capacity: Int
    /// How far back queries look, their own position included, if that bounds what is kept.
    package let window: Int?

    let layout: KeyValueLayout
    private let processor: Processor
    private let slots: Int
    private var pages: [KeyValuePage?]
    /// Where pages come from; nil: from memory of its own.
    private var pool: KeyValuePool?
    /// Taken together with others, and not in use yet.
    private var spare: [KeyValuePage] = []
    /// The pages' addresses: tasks on several threads read them without counting references.
    private let table: UnsafeMutablePointer<KeyValuePage.Place?>
    /// The tile that each slot holds, -1 before it holds any.
    private var held: [Int]

    /// - Parameters:
    ///   - capacity: positions that it may hold; memory is taken as they are written.
    ///   - window: of the layer's queries; nil where they see everything.
    package init(
        heads: Int, headSize: Int, capacity: Int, type: CacheType, window: Int? = nil,
        on processor: Processor = .current
    ) {
        (self.heads, self.headSize, self.type, self.processor, self.capacity) = (
            heads, headSize, type, processor, capacity
        )
        layout = KeyValueLayout(headSize: headSize, type: type, on: processor)
        let tiles = (capacity + Self.tile - 1) / Self.tile
        slots = Self.slots(capacity: capacity, window: window)
        self.window = slots < tiles ? window : nil
        held = Array(repeating: -1, count: slots)
        pages = Array(repeating: nil, count: slots)
        table = .allocate(capacity: max(1, slots))
        table.initialize(repeating: nil, count: max(1, slots))
    }

    deinit { table.deallocate() }

    /// Of one head.
    private var tileBytes: Int { layout.keyTileBytes + layout.valueTileBytes }
    package var pageBytes: Int { heads * tileBytes }

    /// Of the pages that it holds, shared ones included.
    package var byteCount: Int { (pages.count { $0 != nil } + spare.count) * pageBytes }

    /// What `byteCount` would be with all positions written.
    package static func byteCount(
        heads: Int, headSize: Int, capacity: Int, type: CacheType, window: Int? = nil,
        on processor: Processor = .current
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

    func holds(tile: Int) -> Bool { held[tile % slots] == tile }

    private func keyTile(_ head: Int, _ tile: Int) -> UnsafeMutableRawPointer {
        let place = table[tile % slots]!
        return place.pointer + head * place.headStride
    }
    private func valueTile(_ head: Int, _ tile: Int) -> UnsafeMutableRawPointer {
        keyTile(head, tile) + layout.keyTileBytes
    }

    /// The same keys and values; their memory is shared until one of the two writes there.
    package func copy() -> KeyValueTiles {
        let other = KeyValueTiles(
            heads: heads, headSize: headSize, capacity: capacity, type: type, window: window, on: processor)
        (other.held, other.pages, other.pool) = (held, pages, pool)
        other.table.update(from: table, count: slots)
        return other
    }

    /// Gives back the memory of the positions from `count` on.
    package func release(from count: Int) {
        for slot in held.indices where held[slot] * Self.tile >= count { hold(-1, in: slot, nil) }
    }

    private func hold(_ tile: Int, in slot: Int, _ page: KeyValuePage?) {
        held[slot] = tile
        pages[slot] = page
        table[slot] = page?.place
    }

    // MARK: Sharing

    /// From now on takes pages from a pool.
    package func draw(from pool: KeyValuePool) {
        precondition(
            pool.heads == heads && pool.tileBytes == tileBytes,
            "key-value cache: pages of \(pool.heads) x \(pool.tileBytes) bytes for \(heads) x \(tileBytes)")
        self.pool = pool
    }

    /// The page of a tile, if it is still held.
    package func page(ofTile tile: Int) -> KeyValuePage? { holds(tile: tile) ? pages[tile % slots] : nil }

    /// Holds a page that another sequence with the same beginning has written, or reads like it.
    package func adopt(_ page: KeyValuePage, asTile tile: Int) { hold(tile, in: tile % slots, page) }

    // MARK: Writing

    /// Writes rows of keys and values at `position` and on. What stood there before, or stands behind, is never seen:
    /// a query sees positions up to its own, and all of those are written by then.
    package func write(keys: HeadRows, values: HeadRows, rows: Range<Int>, at position: Int) {
        takePages(rows: rows.count, at: position)
        processor.run(.attention, heads, bytes: 0) {
            write(keys: keys, values: values, rows: rows, at: position, head: $0)
        }
    }

    /// The same for several sequences, one per run.
    package static func write(
        _ keys: HeadRows, _ values: HeadRows, _ runs: [AttentionShape.Run], into sequences: [KeyValueTiles]
    ) {
        guard let first = sequences.first else { return }
        for (run, sequence) in zip(runs, sequences) { sequence.takePages(rows: run.queries, at: run.firstPosition) }
        first.processor.run(.attention, sequences.count * first.heads, bytes: 0) { task in
            let (r, head) = (task / first.heads, task % first.heads)
            sequences[r].write(keys: keys, values: values, rows: runs[r].rows, at: runs[r].firstPosition, head: head)
        }
    }

    /// - Parameter more: pages that will be wanted right after it.
    private func takePage(more: Int) -> KeyValuePage {
        if let pool { return pool.take() }
        if let page = spare.popLast() { return page }
        // As many as there are already, up to what a huge page holds: long sequences lie in few pieces, short ones
        // waste little.
        let held = pages.count { $0 != nil },
            count = max(1, min(slots - held, max(more + 1, min(held, (2 << 20) / pageBytes))))
        spare = KeyValuePage.make(count, heads: heads, tileBytes: tileBytes)
        return spare.removeLast()
    }

    /// Sees to it that the tiles of these positions have pages that nobody else holds.
    ///
    /// - Parameter fills: whether all of a fresh page is about to be written.
    func takePages(rows: Int, at position: Int, fills: Bool = false) {
        precondition(
            position >= 0 && position + rows <= capacity,
            "key-value cache: positions \(position) + \(rows) in \(capacity)")
        guard rows > 0 else { return }
        let tiles = position / Self.tile ... (position + rows - 1) / Self.tile
        for tile in tiles {
            let slot = tile % slots
            if pages[slot] != nil, isKnownUniquelyReferenced(&pages[slot]) {
                held[slot] = tile
                continue
            }
            let page = takePage(more: tiles.upperBound - tile)
            for head in 0 ..< heads {
                let memory = page.place.pointer + head * page.place.headStride
                // Of a shared page what is kept; what stood in the ring's place is overwritten before it is seen, and
                // must be numbers until then.
                if let shared = pages[slot]?.place {
                    memory.copyMemory(from: shared.pointer + head * shared.headStride, byteCount: tileBytes)
                } else if !fills {
                    memset(memory, 0, tileBytes)
                }
            }
            hold(tile, in: slot, page)
        }
    }

    private func write(keys: HeadRows, values: HeadRows, rows: Range<Int>, at position: Int, head: Int) {
        var row = rows.lowerBound
        while row < rows.upperBound {
            let place = position + row - rows.lowerBound
            if layout.isWords, place % Self.tile == 0, rows.upperBound - row >= Self.tile {
                pack(keys: keys, values: values, row: row, head: head, tile: place / Self.tile, count: Self.tile)
                row += Self.tile
            } else {
                writeRow(keys: keys, values: values, row: row, head: head, position: place)
                row += 1
            }
        }
    }

    /// All of a training sequence at once: nothing is rounded twice and partial tiles stay zero past the end.
    func fill(keys: HeadRows, values: HeadRows, rows: Range<Int>, head: Int) {
        guard layout.isWords else { return write(keys: keys, values: values, rows: rows, at: 0, head: head) }
        for t in 0 ..< slots where t * Self.tile < rows.count {
            let row = rows.lowerBound + t * Self.tile
            pack(
                keys: keys, values: values, row: row, head: head, tile: t, count: min(Self.tile, rows.upperBound - row))
        }
    }

    private func pack(keys k: HeadRows, values v: HeadRows, row: Int, head: Int, tile: Int, count: Int) {
        let width = layout.width, code = type.productType.code
        processor.kernels.pack(
            k.at(row: row, head: head), k.type.code, k.rowStride, 1, count, headSize, Int32(width), code,
            keyTile(head, tile).assumingMemoryBound(to: UInt32.self), layout.keyDepth * width)
        processor.kernels.pack(
            v.at(row: row, head: head), v.type.code, 1, v.rowStride, headSize, count, Int32(width), code,
            valueTile(head, tile).assumingMemoryBound(to: UInt32.self), layout.valueDepth * width)
    }

    private func writeRow(keys k: HeadRows, values v: HeadRows, row: Int, head: Int, position: Int) {
        let key = k.at(row: row, head: head), value = v.at(row: row, head: head)
        let (t, p) = (position / Self.tile, position % Self.tile)
        guard layout.isWords else {
            processor.kernels.cache_write(type.code, 1, key, k.type.code, headSize, p, keyTile(head, t))
            processor.kernels.cache_write(type.code, 0, value, v.type.code, headSize, p, valueTile(head, t))
            return
        }
        withUnsafeTemporaryAllocation(byteCount: headSize * 8, alignment: 64) { buffer in
            let (roundKey, roundValue) = (buffer.baseAddress!, buffer.baseAddress! + headSize * 4),
                code = type.productType.code
            processor.kernels.convert(key, k.type.code, roundKey, code, headSize)
            processor.kernels.convert(value, v.type.code, roundValue, code, headSize)
            scatter(
                roundKey, roundValue, keyTile(head, t).assumingMemoryBound(to: UInt32.self), valueTile(head, t), at: p)
        }
    }

    /// One position's key and value, already rounded, into their words.
    private func scatter(
        _ key: UnsafeRawPointer, _ value: UnsafeRawPointer, _ keyTile: UnsafeMutablePointer<UInt32>,
        _ valueTile: UnsafeMutableRawPointer, at p: Int
    ) {
        let width = layout.width, keyColumn = keyTile + p / width * width * layout.keyDepth + p % width
        if layout.isPairs {
            let halves = key.assumingMemoryBound(to: UInt16.self), v = value.assumingMemoryBound(to: UInt16.self)
            for i in 0 ..< layout.keyDepth {
                let high = 2 * i + 1 < headSize ? UInt32(halves[2 * i + 1]) << 16 : 0
                keyColumn[i * width] = UInt32(halves[2 * i]) | high
            }
            let out = valueTile.assumingMemoryBound(to: UInt16.self)
            for j in 0 ..< headSize {
                out[((j / width * layout.valueDepth + p / 2) * width + j % width) * 2 + p % 2] = v[j]
            }
        } else {
            let k = key.assumingMemoryBound(to: UInt32.self), v = value.assumingMemoryBound(to: UInt32.self)
            let out = valueTile.assumingMemoryBound(to: UInt32.self)
            for i in 0 ..< headSize { keyColumn[i * width] = k[i] }
            for j in 0 ..< headSize { out[(j / width * layout.valueDepth + p) * width + j % width] = v[j] }
        }
    }

    // MARK: Reading

    /// Columns of keys, `layout.width` of them, as the words of a product's right operand; `memory` takes them where
    /// they have to be widened.
    func keys(head: Int, tile: Int, panel: Int, in memory: UnsafeMutablePointer<Float>) -> UnsafePointer<UInt32> {
        let from = keyTile(head, tile)
        if layout.isWords {
            return UnsafePointer(from.assumingMemoryBound(to: UInt32.self) + panel * layout.keyDepth * layout.width)
        }
        processor.kernels.expand_keys(type.code, from, headSize, panel, memory)
        return UnsafeRawPointer(memory).assumingMemoryBound(to: UInt32.self)
    }

    /// Columns of values, as those of keys.
    func values(head: Int, tile: Int, panel: Int, in memory: UnsafeMutablePointer<Float>) -> UnsafePointer<UInt32> {
        let from = valueTile(head, tile)
        if layout.isWords {
            return UnsafePointer(from.assumingMemoryBound(to: UInt32.self) + panel * layout.valueDepth * layout.width)
        }
        processor.kernels.expand_values(type.code, from, headSize, panel, memory)
        return UnsafeRawPointer(memory).assumingMemoryBound(to: UInt32.self)
    }

    /// Itself, or where a ring has no room for so many new positions, a copy in which all `capacity` have a place. It
    /// shares what there is.
    package func withRoom(for rows: Int, capacity: Int) -> KeyValueTiles {
        guard rows > room else { return self }
        let whole = KeyValueTiles(heads: heads, headSize: headSize, capacity: capacity, type: type, on: processor)
        for (slot, tile) in held.enumerated() where tile >= 0 && tile < whole.slots {
            whole.hold(tile, in: tile, pages[slot])
        }
        return whole
    }
}
