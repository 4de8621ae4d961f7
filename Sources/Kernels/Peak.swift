internal import CKernels

extension Processor {
    /// One thread's loop of multiply-adds that never leaves the registers; returns the operations done.
    package func peakLoop(_ type: ElementType, _ iterations: Int, _ sink: UnsafeMutablePointer<Float>) -> Double {
        kernels.peak(type.code, iterations, sink)
    }
}
