import Kernels

extension Parameter {
    /// Rows of this table: ids of shape [B, T] give [B, T, width].
    ///
    /// Ids must lie in the table; whoever takes them from a user has checked that.
    package func embedding(_ ids: [Int32], shape idShape: [Int], as type: ElementType = .float32) -> Tensor {
        precondition(idShape.reduce(1, *) == ids.count, "embedding \(name): \(ids.count) ids for shape \(idShape)")
        precondition(ids.allSatisfy { $0 >= 0 && Int($0) < shape[0] }, "embedding \(name): an id outside of 0 ..< \(shape[0])")
        let y = Tensor(empty: idShape + [shape[1]], type)
        ids.withUnsafeBufferPointer {
            if let blocks = blocks.first {
                Processor.current.gather(blocks, ids: $0.baseAddress!, into: y.vector)
            } else {
                Processor.current.gather(value.vector, ids: $0.baseAddress!, into: y.vector, width: shape[1])
            }
        }
        return traced(y, trace, op: .embedding(ids: ids, table: self))
    }
}
