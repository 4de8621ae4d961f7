import Foundation
import Kernels

/// All trainable parameters in one flat array and all their gradients in another, tied weights once: the optimizer is
/// one pass, saving is one write, and reducing gradients across machines is one call.
package final class ParameterArena: @unchecked Sendable {  // owned by one trainer
    package let parameters: [Parameter]
    /// Where each parameter starts, in elements.
    package let offsets: [Int]
    package let count: Int
    package let values: Storage
    package let gradients: Storage
    /// Of the values: a step of the optimizer changes them in a write.
    package let access = WeightAccess()

    /// Moves the parameters in, in the order given.
    package init(_ parameters: [Parameter]) {
        precondition(
            Set(parameters.map { ObjectIdentifier($0) }).count == parameters.count, "arena: a parameter is there twice")
        self.parameters = parameters
        var offsets: [Int] = [], count = 0
        for p in parameters {
            offsets.append(count)
            count += (p.count + 15) / 16 * 16  // each on a cache line
        }
        (self.offsets, self.count) = (offsets, count)
        values = Storage(byteCount: count * 4, zeroed: true)
        gradients = Storage(byteCount: count * 4, zeroed: true)
        for (p, offset) in zip(parameters, offsets) {
            p.bind(
                value: Tensor(p.shape, .float32, storage: values, offset: offset),
                gradient: Tensor(p.shape, .float32, storage: gradients, offset: offset),
                access: access)
        }
    }

    package var valuePointer: UnsafeMutablePointer<Float> { values.pointer.assumingMemoryBound(to: Float.self) }
    package var gradientPointer: UnsafeMutablePointer<Float> { gradients.pointer.assumingMemoryBound(to: Float.self) }

    package func zeroGradients() { Processor.current.zero(gradientPointer, count: count) }

    /// The global L2 norm of all gradients.
    package func gradientNorm() -> Double { Processor.current.sumOfSquares(gradientPointer, count: count).squareRoot() }

    /// Changes the values in place, while no forward pass elsewhere reads them.
    package func change<R>(_ body: (UnsafeMutablePointer<Float>) throws -> R) rethrows -> R {
        try access.write {
            defer { dropPackedCopies() }
            return try body(valuePointer)
        }
    }

    /// Says that packed copies of the values are not theirs: they were changed, or a copy was cut in the middle.
    package func dropPackedCopies() { for p in parameters { p.changed() } }

    /// Takes all values from memory in the arena's order.
    package func assign(_ other: Storage) { change { _ = memcpy($0, other.pointer, count * 4) } }
}
