internal import CKernels
import Foundation

/// What computes: one table of inner loops and the threads that run them.
///
/// Operations use `Processor.current`. Tests and `--threads` bind another for a scope:
/// `Processor.$current.withValue(Processor(.avx2, threads: 1, activations: .int8)) { ... }`.
public final class Processor: @unchecked Sendable {  // the table is constant and the pool is Sendable
    public let instructionSet: InstructionSet
    package let pool: ThreadPool
    /// How numbers are kept that are multiplied with weights in blocks.
    public let activations: ActivationType
    let kernels: orrery_kernels
    let meter: Meter?
    /// Whether products that read memory once tell the processor ahead what they will read.
    let hints: Int32

    /// - Parameter instructionSet: one of `InstructionSet.available`.
    public convenience init(
        _ instructionSet: InstructionSet, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
        activations: ActivationType = .standard
    ) {
        self.init(instructionSet, threads: threads, activations: activations, meter: nil)
    }

    /// - Parameter meter: sums what is computed; then work may come from one thread only.
    package init(_ instructionSet: InstructionSet, threads: Int, activations: ActivationType = .standard, meter: Meter?)
    {
        (self.meter, self.activations) = (meter, activations)
        guard let table = instructionSet.table else { preconditionFailure("\(instructionSet) is not available here") }
        self.instructionSet = instructionSet
        pool = ThreadPool(threads: threads)
        kernels = table.pointee
        hints = orrery_cpu_features() & UInt32(ORRERY_CPU_HINTS) != 0 ? 1 : 0
    }

    public var threads: Int { pool.threads }

    /// bfloat16 where the processor multiplies it natively, float32 elsewhere.
    public var fastestType: ElementType { kernels.native_bf16 != 0 ? .bfloat16 : .float32 }

    @TaskLocal public static var current = Processor((try? InstructionSet.selected()) ?? .portable)
}
