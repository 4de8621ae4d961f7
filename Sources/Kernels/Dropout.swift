internal import CKernels

/// One use of dropout. Its mask is a function of seed, stream and element (Philox4x32-7, Salmon et al., SC'11), so the backward pass
/// makes it again and the number of threads can't matter.
public struct Dropout: Sendable, Hashable {
    /// Chance that an element is dropped; those kept are scaled by 1 / (1 - probability).
    public var probability: Float
    public var seed: UInt64
    /// Tells uses within one step, and steps, apart.
    public var stream: UInt64

    public init(probability: Float, seed: UInt64, stream: UInt64) {
        self.probability = probability
        self.seed = seed
        self.stream = stream
    }

    var code: orrery_dropout { orrery_dropout(seed: seed, stream: stream, probability: probability) }
}
