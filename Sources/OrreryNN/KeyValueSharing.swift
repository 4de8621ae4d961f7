import Kernels

/// The keys and values of 64 positions, a page for each layer, which any number of sequences with the same tokens up to
/// there may hold.
package struct KeyValuePages: Sendable {
    let layers: [KeyValuePage]
}

extension KeyValuePages {
    /// Pages with the numbers that `append` gave, layer after layer.
    package init(copying bytes: UnsafeRawBufferPointer, layers: Int, from pool: KeyValuePool) {
        let size = pool.pageBytes
        precondition(bytes.count == layers * size, "key-value pages: \(bytes.count) bytes for \(layers) of \(size)")
        self.layers = (0 ..< layers).map {
            pool.take(copying: UnsafeRawBufferPointer(rebasing: bytes[$0 * size ..< ($0 + 1) * size]))
        }
    }

    /// Appends the numbers of every layer.
    package func append(to bytes: inout [UInt8], of pool: KeyValuePool) {
        for page in layers { pool.append(page, to: &bytes) }
    }
}

extension KeyValueCache {
    /// The positions of a page.
    package static var pagePositions: Int { KeyValueTiles.tile }

    /// A pool of pages for sequences of this cache's kind.
    package func makePool() -> KeyValuePool? { layers.first.map(KeyValuePool.init) }

    /// The bytes of one page of every layer.
    package var pagesByteCount: Int { layers.reduce(0) { $0 + $1.pageBytes } }

    /// From now on takes pages from a pool of many sequences.
    package func draw(from pool: KeyValuePool) { for layer in layers { layer.draw(from: pool) } }

    /// The pages of positions 64 i and on; nil if a layer with a window has let go of one.
    package func pages(at index: Int) -> KeyValuePages? {
        let pages = layers.compactMap { $0.page(ofTile: index) }
        return pages.count == layers.count ? KeyValuePages(layers: pages) : nil
    }

    /// Continues with pages that other sequences with the same tokens have written.
    ///
    /// - Parameters:
    ///   - pages: the pages of the positions from `count` on, which begins a page.
    ///   - positions: the number of positions that are known; those of the last page may be fewer than it has.
    package func adopt(_ pages: [KeyValuePages], positions: Int) {
        let tile = KeyValueTiles.tile
        precondition(
            count % tile == 0 && positions <= pages.count * tile && positions <= capacity - count,
            "key-value cache: \(pages.count) pages at \(count) for \(positions) positions of \(capacity)")
        for (index, page) in pages.enumerated() { replacePages(at: count / tile + index, with: page) }
        advance(by: positions)
    }

    /// Holds pages with the same numbers in place of its own.
    package func replacePages(at index: Int, with pages: KeyValuePages) {
        for (layer, page) in zip(layers, pages.layers) { layer.adopt(page, asTile: index) }
    }
}
