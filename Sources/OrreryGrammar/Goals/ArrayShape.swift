/// One alternative of an array: what its elements must satisfy and how many there may be.
final class ArrayShape {
    /// Counted elements: how many must satisfy something.
    struct Counter {
        let start: Int
        let least: Int
        let most: Int?
        /// The count beyond which nothing changes.
        var ceiling: Int { most.map { $0 + 1 } ?? least }
    }

    /// What an element may be: a goal, and the counters that count it.
    struct Option {
        let goal: Int
        let counted: UInt32
    }

    /// What an array has so far.
    struct Progress: Hashable {
        var count = 0
        var counts: [Int32]
    }

    /// The options of the first elements; the last are those of all further ones.
    let options: [[Option]]
    let counters: [Counter]
    let least: Int
    let most: Int?
    private var known: [Progress: Int] = [:]

    init(options: [[Option]], counters: [Counter], least: Int, most: Int?) {
        self.options = options
        self.counters = counters
        self.least = least
        self.most = most
    }

    var start: Progress { Progress(counts: counters.map { _ in 0 }) }

    /// The count beyond which nothing changes.
    private var ceiling: Int { most.map { $0 + 1 } ?? max(least, options.count - 1) }

    /// Whether the array may end.
    func accepts(_ progress: Progress) -> Bool {
        progress.count >= least && progress.count <= most ?? .max
            && zip(counters, progress.counts).allSatisfy { $1 >= $0.least && Int($1) <= $0.most ?? .max }
    }

    /// The ways of the next element that count something still wanted or are allowed to.
    func next(_ progress: Progress) -> [Option] {
        options[min(progress.count, options.count - 1)].filter { option in
            counters.indices.allSatisfy { index in
                guard option.counted >> UInt32(index) & 1 == 1 else { return true }
                return counters[index].most.map { progress.counts[index] < $0 } ?? true
            }
        }
    }

    func adding(_ option: UInt32, to progress: Progress) -> Progress {
        var result = progress
        result.count = min(progress.count + 1, ceiling)
        for index in counters.indices where option >> UInt32(index) & 1 == 1 {
            result.counts[index] = min(result.counts[index] + 1, Int32(counters[index].ceiling))
        }
        return result
    }

    /// Forgets what was found with goals that have become shorter since.
    func forget() { known = [:] }

    /// The bytes of the shortest way to the end, without the bracket and the comma before the next element;
    /// `Shortest.unreachable` where there is none.
    func rest(_ progress: Progress, _ goal: (Int) -> Int) -> Int {
        if let most, progress.count > most { return Shortest.unreachable }
        if counters.isEmpty { return plainRest(progress.count, goal) }
        if let length = known[progress] { return length }
        var length = accepts(progress) ? 0 : Shortest.unreachable
        for option in length == 0 ? [] : next(progress) where goal(option.goal) != Shortest.unreachable {
            let after = adding(option.counted, to: progress)
            guard after != progress else { continue }
            length = min(length, Shortest.sum(Shortest.sum(goal(option.goal), 1), rest(after, goal)))
        }
        known[progress] = length
        return length
    }

    private func plainRest(_ count: Int, _ goal: (Int) -> Int) -> Int {
        guard count < least else { return 0 }
        var total = 0
        for index in count ..< max(count, min(least, options.count - 1)) {
            total = Shortest.sum(total, Shortest.sum(goal(options[index][0].goal), 1))
        }
        let more = least - max(count, options.count - 1)
        guard more > 0 else { return total }
        return Shortest.sum(
            total, Shortest.product(more, Shortest.sum(goal(options[options.count - 1][0].goal), 1)))
    }
}
