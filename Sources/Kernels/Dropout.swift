internal import CKernels

/// One use of dropout. Its mask is a function of seed, stream and element (Philox4x32-7, Salmon et al., SC'11), so the
/// backward pass makes it again and the number of threads can't matter.
package struct Dropout: Sendable, Hashable {
    /// Chance that an element is dropped; those kept are scaled by 1 / (1 - probability).
    package var probability: Float
    package var seed: UInt64
    /// Tells uses within one step, and steps, apart.
    package var stream: UInt64

    package init(probability: Float, seed: UInt64, stream: UInt64) {
        self.probability = probability
        self.seed = seed
        self.stream = stream
    }

    var code: orrery_dropout { orrery_dropout(seed: seed, stream: stream, probability: probability) }
}

extension Processor {
    /// Keep bits of `groups` groups of 8 elements of one row, from group `firstGroup` on: bit i of byte g keeps element
    /// 8 g + i.
    package func dropoutMask(
        _ dropout: Dropout, row: UInt32, firstGroup: UInt32, groups: Int, into mask: UnsafeMutablePointer<UInt8>
    ) {
        var code = dropout.code
        kernels.dropout_mask(&code, row, firstGroup, groups, mask)
    }

    /// `dropout` on elements `first ..< first + x.count` of a longer run; `first` is a multiple of 8.
    package func dropout(_ dropout: Dropout, first: UInt64, _ x: Vector, into y: Vector) {
        var code = dropout.code
        kernels.dropout(&code, first, x.pointer, x.type.code, y.pointer, y.type.code, x.count)
    }
}
