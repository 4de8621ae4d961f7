internal import CKernels

extension KeyValueTiles {
    /// Keys and values of B training sequences.
    package static func ofTraining(_ shape: AttentionShape, keys: HeadRows, values: HeadRows, type: ElementType) -> [KeyValueTiles] {
        // whole tiles of whole panels leave no gap
        let fills = shape.keys % tile == 0 && shape.headSize % Int(Processor.current.kernels.panel_columns) == 0
        let made = (0 ..< shape.batch).map { _ in
            KeyValueTiles(
                heads: shape.keyValueHeads, headSize: shape.headSize, capacity: shape.keys, type: CacheType(type), zeroed: !fills)
        }
        Processor.current.run(.attention, shape.batch * shape.keyValueHeads, bytes: 0) { task in
            let (b, head) = (task / shape.keyValueHeads, task % shape.keyValueHeads)
            made[b].fill(keys: keys, values: values, batch: b, rows: shape.keys, head: head)
        }
        return made
    }

    /// Keys of positions 0 ..< count of one head as float32, rows `stride` apart. What a ring has let go, and no query sees, is zero.
    package func copyKeys(head: Int, count: Int, to out: UnsafeMutablePointer<Float>, stride: Int) {
        let width = layout.width
        withPanelMemory { memory in
            for first in Swift.stride(from: 0, to: count, by: width) {
                let panel = keys(head: head, tile: first / Self.tile, panel: first % Self.tile / width, in: memory)
                let isHeld = holds(tile: first / Self.tile)
                for p in 0 ..< min(width, count - first) {
                    for i in 0 ..< headSize {
                        out[(first + p) * stride + i] = isHeld ? float(in: panel, word: (layout.isPairs ? i / 2 : i) * width + p, half: i % 2) : 0
                    }
                }
            }
        }
    }

    package func copyValues(head: Int, count: Int, to out: UnsafeMutablePointer<Float>, stride: Int) {
        let width = layout.width
        withPanelMemory { memory in
            for first in Swift.stride(from: 0, to: count, by: Self.tile) {
                let isHeld = holds(tile: first / Self.tile)
                for panel in 0 ..< layout.valuePanels {
                    let words = values(head: head, tile: first / Self.tile, panel: panel, in: memory)
                    for p in 0 ..< min(Self.tile, count - first) {
                        for j in 0 ..< min(width, headSize - panel * width) {
                            let number = float(in: words, word: (layout.isPairs ? p / 2 : p) * width + j, half: p % 2)
                            out[(first + p) * stride + panel * width + j] = isHeld ? number : 0
                        }
                    }
                }
            }
        }
    }

    private func withPanelMemory(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: layout.panelWords * 4, alignment: 64) { body($0.baseAddress!.assumingMemoryBound(to: Float.self)) }
    }

    private func float(in words: UnsafePointer<UInt32>, word: Int, half: Int) -> Float {
        guard layout.isPairs else { return Float(bitPattern: words[word]) }
        return Float(bitPattern: half == 0 ? words[word] << 16 : words[word] & 0xffff_0000)
    }
}
