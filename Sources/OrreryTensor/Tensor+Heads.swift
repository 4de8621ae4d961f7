import Kernels

extension Tensor {
    /// [B, Hk, S, D] with each head `group` times, so that grouped queries find theirs.
    package func repeatingHeads(_ group: Int) -> Tensor {
        if group == 1 { return self }
        let (B, H, S, D) = (shape[0], shape[1], shape[2], shape[3])

        let source = reshaped([B * H, 1, S * D])
        return source.stacked(group).reshaped([B, H * group, S, D])
    }

    /// Rows repeated: [N, 1, W] to [N, times, W].
    private func stacked(_ times: Int) -> Tensor {
        let (n, w) = (shape[0], width)
        let y = Tensor(empty: [n, times, w], dtype)
        for i in 0 ..< n {
            for r in 0 ..< times {
                (y.pointer + (i * times + r) * w * dtype.size).copyMemory(
                    from: pointer + i * w * dtype.size, byteCount: w * dtype.size)
            }
        }
        let op = CustomOp(name: "stacked", inputs: [self]) { dy in
            guard let dy = dy[0] else { return [nil] }
            let parts = dy.detached.reshaped([n, times * w]).split(Array(repeating: w, count: times)).map {
                $0.contiguous()
            }
            return [parts.dropFirst().reduce(parts[0]) { $0.adding($1) }.reshaped([n, 1, w])]
        }
        return op.record([y])[0]
    }

    /// The keys of cached positions, [S, Hk D] float32.
    package init(keysOf tiles: KeyValueTiles, count: Int) {
        self.init(tiles, count) { tiles.copyKeys(head: $0, count: count, to: $1, stride: $2) }
    }

    /// The values of cached positions, [S, Hk D] float32.
    package init(valuesOf tiles: KeyValueTiles, count: Int) {
        self.init(tiles, count) { tiles.copyValues(head: $0, count: count, to: $1, stride: $2) }
    }

    private init(_ tiles: KeyValueTiles, _ count: Int, _ copy: (Int, UnsafeMutablePointer<Float>, Int) -> Void) {
        let width = tiles.heads * tiles.headSize
        self.init(empty: [count, width], .float32)
        for head in 0 ..< tiles.heads { copy(head, float32Pointer + head * tiles.headSize, width) }
    }
}
