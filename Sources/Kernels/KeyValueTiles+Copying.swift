internal import CKernels

extension KeyValueTiles {
    /// Keys and values of sequences that are whole, one per run: rows of the first, then of the second.
    package static func ofTraining(
        _ shape: AttentionShape, keys: HeadRows, values: HeadRows, type: ElementType
    ) -> [KeyValueTiles] {
        let wholePanels = shape.headSize % Int(Processor.current.kernels.panel_columns) == 0
        var rows: [Range<Int>] = []
        let made = shape.runs.map { run in
            let first = rows.last?.upperBound ?? 0
            rows.append(first ..< first + run.keys)
            let tiles = KeyValueTiles(
                heads: shape.keyValueHeads, headSize: shape.headSize, capacity: run.keys, type: CacheType(type))
            let whole = run.keys / tile * tile  // whole tiles of whole panels leave no gap
            tiles.takePages(rows: whole, at: 0, fills: wholePanels)
            tiles.takePages(rows: run.keys - whole, at: whole)
            return tiles
        }
        Processor.current.run(.attention, made.count * shape.keyValueHeads, bytes: 0) { task in
            let (r, head) = (task / shape.keyValueHeads, task % shape.keyValueHeads)
            made[r].fill(keys: keys, values: values, rows: rows[r], head: head)
        }
        return made
    }

    /// Keys of positions 0 ..< count of one head as float32, rows `stride` apart. What a ring has let go, and no query
    /// sees, is zero.
    package func copyKeys(head: Int, count: Int, to out: UnsafeMutablePointer<Float>, stride: Int) {
        let width = layout.width
        withPanelMemory { memory in
            for first in Swift.stride(from: 0, to: count, by: width) {
                let panel =
                    holds(tile: first / Self.tile)
                    ? keys(head: head, tile: first / Self.tile, panel: first % Self.tile / width, in: memory) : nil
                for p in 0 ..< min(width, count - first) {
                    for i in 0 ..< headSize {
                        out[(first + p) * stride + i] =
                            panel.map { float(in: $0, word: (layout.isPairs ? i / 2 : i) * width + p, half: i % 2) }
                            ?? 0
                    }
                }
            }
        }
    }

    package func copyValues(head: Int, count: Int, to out: UnsafeMutablePointer<Float>, stride: Int) {
        let width = layout.width
        withPanelMemory { memory in
            for first in Swift.stride(from: 0, to: count, by: Self.tile) {
                for panel in 0 ..< layout.valuePanels {
                    let words =
                        holds(tile: first / Self.tile)
                        ? values(head: head, tile: first / Self.tile, panel: panel, in: memory) : nil
                    for p in 0 ..< min(Self.tile, count - first) {
                        for j in 0 ..< min(width, headSize - panel * width) {
                            let number = words.map {
                                float(in: $0, word: (layout.isPairs ? p / 2 : p) * width + j, half: p % 2)
                            }
                            out[(first + p) * stride + panel * width + j] = number ?? 0
                        }
                    }
                }
            }
        }
    }

    private func withPanelMemory(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: layout.panelWords * 4, alignment: 64) {
            body($0.baseAddress!.assumingMemoryBound(to: Float.self))
        }
    }

    private func float(in words: UnsafePointer<UInt32>, word: Int, half: Int) -> Float {
        guard layout.isPairs else { return Float(bitPattern: words[word]) }
        return Float(bitPattern: half == 0 ? words[word] << 16 : words[word] & 0xffff_0000)
    }
}
