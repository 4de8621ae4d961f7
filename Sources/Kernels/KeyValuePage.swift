import Foundation

/// Memory for one tile of all heads: 64 positions of one layer. It lies in a larger piece, which lives as long as one
/// of its pages does.
package final class KeyValuePage: @unchecked Sendable {  // written by the one sequence that holds it
    /// The memory of the first head, and the bytes from one head to the next.
    struct Place {
        var pointer: UnsafeMutableRawPointer
        var headStride: Int
    }

    let place: Place
    private let piece: Storage
    /// Gets the place back when nobody holds the page any more.
    private let pool: KeyValuePool?

    init(_ piece: Storage, _ place: Place, pool: KeyValuePool? = nil) {
        self.piece = piece
        self.place = place
        self.pool = pool
    }

    deinit { pool?.give(piece, place.pointer) }

    /// Pages of a new piece, in which the tiles of one head follow each other, so that a task which reads them reads
    /// upwards.
    ///
    /// - Parameter tileBytes: keys and values of one head.
    /// - Returns: pages, of which the last one comes first in memory.
    static func make(_ count: Int, heads: Int, tileBytes: Int) -> [KeyValuePage] {
        let piece = Storage(byteCount: max(1, count * heads * tileBytes))
        return (0 ..< count).reversed().map {
            KeyValuePage(piece, Place(pointer: piece.pointer + $0 * tileBytes, headStride: count * tileBytes))
        }
    }
}

/// The memory of many sequences' pages: a page that nobody holds any more serves again, and the pages in use are
/// counted.
package final class KeyValuePool: Sendable {
    let heads: Int
    let tileBytes: Int
    /// The bytes of one page.
    package var pageBytes: Int { heads * tileBytes }
    private let state = Guarded(State())

    private struct State: @unchecked Sendable {  // behind the lock
        /// The free places of each piece that has some.
        var free: [ObjectIdentifier: (piece: Storage, places: [UnsafeMutableRawPointer])] = [:]
        var used = 0
    }

    /// A pool of pages for caches like this one.
    package init(like tiles: KeyValueTiles) {
        heads = tiles.heads
        tileBytes = tiles.pageBytes / tiles.heads
    }

    /// The pages that somebody holds.
    package var usedPages: Int { state.withLock { $0.used } }

    private var pagesPerPiece: Int { max(1, (2 << 20) / max(1, pageBytes)) }

    /// A page whose content is arbitrary.
    func take() -> KeyValuePage {
        let (piece, pointer) = state.withLock { state -> (Storage, UnsafeMutableRawPointer) in
            state.used += 1
            if let key = state.free.keys.first, var entry = state.free[key] {
                let pointer = entry.places.removeLast()
                state.free[key] = entry.places.isEmpty ? nil : entry
                return (entry.piece, pointer)
            }
            let piece = Storage(byteCount: pagesPerPiece * max(1, pageBytes))
            // Given out upwards in memory.
            let places = (1 ..< pagesPerPiece).reversed().map { piece.pointer + $0 * pageBytes }
            if !places.isEmpty { state.free[ObjectIdentifier(piece)] = (piece, places) }
            return (piece, piece.pointer)
        }
        return KeyValuePage(piece, KeyValuePage.Place(pointer: pointer, headStride: tileBytes), pool: self)
    }

    fileprivate func give(_ piece: Storage, _ pointer: UnsafeMutableRawPointer) {
        state.withLock { state in
            state.used -= 1
            let key = ObjectIdentifier(piece)
            state.free[key, default: (piece, [])].places.append(pointer)
            // A piece of which nothing is used goes, unless it is the only one with free places.
            if state.free[key]?.places.count == pagesPerPiece, state.free.count > 1 { state.free[key] = nil }
        }
    }
}

extension KeyValuePool {
    /// Appends the numbers of a page of this pool.
    package func append(_ page: KeyValuePage, to bytes: inout [UInt8]) {
        for head in 0 ..< heads {
            let start = page.place.pointer + head * page.place.headStride
            bytes += UnsafeRawBufferPointer(start: start, count: tileBytes)
        }
    }

    /// A page with the numbers that `append` gave.
    package func take(copying bytes: UnsafeRawBufferPointer) -> KeyValuePage {
        precondition(bytes.count == pageBytes, "key-value pool: \(bytes.count) bytes for a page of \(pageBytes)")
        let page = take()
        // The heads of a pool's page follow each other.
        if pageBytes > 0 { page.place.pointer.copyMemory(from: bytes.baseAddress!, byteCount: pageBytes) }
        return page
    }
}
