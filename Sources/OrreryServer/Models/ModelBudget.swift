import OrreryModels

/// The memory that the weights of all models may take together, and who makes room for whom.
package struct ModelBudget: Sendable {
    /// The bytes for weights.
    package let bytes: Int

    /// A model that is in memory, or is being opened.
    package struct Held: Sendable {
        /// Its place in the list of models.
        var index: Int
        var bytes: Int
        /// Whether it has to stay: it has requests, or is being opened.
        var isBusy: Bool
        /// When it was asked for last; a later request has a higher number.
        var lastUse: Int

        package init(index: Int, bytes: Int, isBusy: Bool, lastUse: Int) {
            self.index = index
            self.bytes = bytes
            self.isBusy = isBusy
            self.lastUse = lastUse
        }
    }

    /// - Parameters:
    ///   - asked: the bytes that were asked for; nil means half of the memory that is available, and at least the largest
    ///     model.
    ///   - largest: the bytes of the largest model.
    package init(_ asked: Int?, largest: Int, available: Int? = AvailableMemory.bytes) {
        bytes = asked ?? max((available ?? 8 << 30) / 2, largest)
    }

    /// The models to let go so that `needed` bytes fit: those that were asked for the longest ago, and no more of them
    /// than it takes.
    ///
    /// - Returns: nil where the rest is busy and leaves too little.
    package func victims(for needed: Int, among held: [Held]) -> [Int]? {
        var left = bytes - held.reduce(0) { $0 + $1.bytes }, victims: [Int] = []
        for model in held.filter({ !$0.isBusy }).sorted(by: { $0.lastUse < $1.lastUse }) where left < needed {
            victims.append(model.index)
            left += model.bytes
        }
        // What is larger than the budget by itself has come in alone.
        return left >= needed || victims.count == held.count ? victims : nil
    }
}
