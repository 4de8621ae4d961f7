import Kernels

extension Parameter {
    /// Rows of this table: N ids give [N, width].
    ///
    /// Ids must lie in the table; whoever takes them from a user has checked that.
    package func embedding(_ ids: [Int32], as type: ElementType = .float32) -> Tensor {
        precondition(
            ids.allSatisfy { $0 >= 0 && Int($0) < shape[0] }, "embedding \(name): an id outside of 0 ..< \(shape[0])")
        let y = Tensor(empty: [ids.count, shape[1]], type)
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
