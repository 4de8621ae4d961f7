extension ObjectShape {
    /// What an object has so far.
    struct Progress: Hashable {
        /// The named keys.
        var seen: BitSet
        /// The others, in order.
        var others: [[UInt8]] = []
        var count = 0
        /// The conditions that are met, as bits.
        var met: UInt32 = 0
    }

    var start: Progress { Progress(seen: BitSet(count: max(names.count, 1))) }

    /// The bytes of the shortest way to the end of an object, without the brace and the comma before the first of its
    /// properties; `Shortest.unreachable` where there is none.
    func rest(_ progress: Progress, _ goal: (Int) -> Int) -> Int {
        var total = 0
        var count = progress.count
        var planned = progress.seen
        var open = conditions.indices.filter { progress.met >> UInt32($0) & 1 == 0 }
        for label in required.members where !progress.seen.contains(label) {
            guard allowed.contains(label) else { return Shortest.unreachable }
            var length = goal(goals[label])
            // A property that is required may meet a condition too.
            if open.count == 1, let met = conditions[open[0]][label], goal(met) != Shortest.unreachable {
                length = goal(met)
                open = []
            }
            total = Shortest.sum(total, Shortest.sum(keyLengths[label] + 1, length))
            planned.insert(label)
            count += 1
        }
        for condition in open {
            let ways = goals.indices.filter { available($0, planned, progress) }.map { label -> Int in
                guard let met = conditions[condition][label] else { return Shortest.unreachable }
                return Shortest.sum(keyLengths[label] + 1, goal(met))
            }
            total = Shortest.sum(total, ways.min() ?? Shortest.unreachable)
            count += 1
        }
        if let most, count > most { return Shortest.unreachable }
        if count < least { total = Shortest.sum(total, filling(least - count, planned, progress, goal)) }
        return total
    }

    /// Whether a key of the label can still come.
    func available(_ label: Int, _ seen: BitSet, _ progress: Progress) -> Bool {
        guard allowed.contains(label) else { return false }
        if label < names.count { return !seen.contains(label) }
        return keyCounts[label] >= manyKeys || keyCounts[label] > used(label, progress)
    }

    private func used(_ label: Int, _ progress: Progress) -> Int {
        progress.others.count { automaton.label(of: $0) == Int32(label) }
    }

    /// The bytes of so many more properties.
    private func filling(_ count: Int, _ seen: BitSet, _ progress: Progress, _ goal: (Int) -> Int) -> Int {
        var offers: [(length: Int, keys: Int)] = []
        for label in goals.indices where available(label, seen, progress) {
            let keys = label < names.count ? 1 : keyCounts[label] - used(label, progress)
            // Keys get longer as the shortest are taken.
            let spread = label < names.count ? 0 : 8 + 2 * String(progress.others.count + count).count
            offers.append((Shortest.sum(keyLengths[label] + 1 + spread, goal(goals[label])), keys))
        }
        var missing = count
        var total = 0
        for offer in offers.sorted(by: { $0.length < $1.length }) where missing > 0 {
            let taken = min(missing, offer.keys >= manyKeys / 2 ? missing : offer.keys)
            total = Shortest.sum(total, Shortest.product(taken, offer.length))
            missing -= taken
        }
        return missing > 0 ? Shortest.unreachable : total
    }
}
