internal import CKernels
import Foundation

/// The instruction set and the threads that compute.
///
/// Operations use `Processor.current`. A `Processor` of your own applies within a scope:
/// `Processor.$current.withValue(Processor(.avx2, threads: 1)) { ... }`.
public final class Processor: @unchecked Sendable {  // the table is constant and the pool is Sendable
    /// The instruction set of the inner loops.
    public let instructionSet: InstructionSet
    package let pool: ThreadPool
    /// The type to which activations are rounded where they are multiplied with quantised weights.
    public let activations: ActivationType
    let kernels: orrery_kernels
    let meter: Meter?
    /// Whether products that read memory once tell the processor ahead what they will read.
    let hints: Int32

    /// A processor with threads of its own.
    ///
    /// - Parameters:
    ///   - instructionSet: one of `InstructionSet.available`.
    ///   - threads: the number of threads that compute, the calling one included.
    ///   - activations: the type to which activations are rounded where they meet quantised weights.
    public convenience init(
        _ instructionSet: InstructionSet, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
        activations: ActivationType = .default
    ) {
        self.init(instructionSet, threads: threads, activations: activations, meter: nil)
    }

    /// - Parameter meter: sums what is computed; then work may come from one thread only.
    package init(_ instructionSet: InstructionSet, threads: Int, activations: ActivationType = .default, meter: Meter?)
    {
        (self.meter, self.activations) = (meter, activations)
        guard let table = instructionSet.table else { preconditionFailure("\(instructionSet) is not available here") }
        self.instructionSet = instructionSet
        pool = ThreadPool(threads: threads)
        kernels = table.pointee
        hints = orrery_cpu_features() & UInt32(ORRERY_CPU_HINTS) != 0 ? 1 : 0
    }

    /// The number of threads that compute, the calling one included.
    public var threads: Int { pool.threads }

    /// The fastest type for products: bfloat16 where the processor multiplies it natively, float32 elsewhere.
    public var fastestType: ElementType { kernels.native_bf16 != 0 ? .bfloat16 : .float32 }

    /// The processor that operations use in the current task; by default all cores and the widest instruction set.
    @TaskLocal public static var current = Processor((try? InstructionSet.selected()) ?? .portable)
}
