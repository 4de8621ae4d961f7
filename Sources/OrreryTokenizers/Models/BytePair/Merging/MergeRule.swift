/// What all ways of merging share.
enum Merging {
    /// The rank of what is not a merge: higher than any rank.
    static let noMerge: UInt32 = 1 << 22 - 1
    /// An id that is in no merge: what stands for a byte or a character without token.
    static let noToken: UInt32 = 1 << 21 - 1

    /// A merge of a list.
    struct Merge: Hashable {
        var left: UInt32
        var right: UInt32
        var result: UInt32
    }
}

/// Which neighbouring symbols of a word merge, in which order, and into what.
///
/// A symbol is named by the number of the first of the word's initial symbols that it has grown from. There are two
/// kinds of rules: by rank, where pairs of ids have a rank (`PairTable`, `BytePairs`), and by score, where the joint
/// text has one (`ScoredPairs`).
protocol MergeRule {
    /// The rank of the merge of two neighbours, or `Merging.noMerge`; the lowest merges first.
    ///
    /// - Parameters:
    ///   - start: the number of the left one.
    ///   - middle: the number of the right one.
    ///   - end: the number behind both.
    func rank(_ left: UInt32, _ right: UInt32, from start: Int, over middle: Int, to end: Int) -> UInt32

    /// The rank for two of the word's initial symbols.
    func firstRank(_ left: UInt32, _ right: UInt32, from start: Int) -> UInt32

    /// What the merge of this rank makes, which is the last that `rank` gave for the symbol numbered `start`.
    func result(ofRank rank: UInt32, from start: Int) -> UInt32

    /// Whether a merge that was found possible still is, now that the symbol merges with its neighbour by `current`.
    func stillHolds(_ rank: UInt32, current: UInt32) -> Bool
}

extension MergeRule {
    @inline(__always)
    func firstRank(_ left: UInt32, _ right: UInt32, from start: Int) -> UInt32 {
        rank(left, right, from: start, over: start &+ 1, to: start &+ 2)
    }

    @inline(__always)
    func stillHolds(_ rank: UInt32, current: UInt32) -> Bool { rank == current }
}

/// The merges of one word: among all neighbouring pairs the one of the lowest rank is merged, of several the leftmost,
/// until no pair is a merge (Sennrich et al., arXiv 1508.07909). `PlainMerging` is the same, told plainly.
extension MergeRule {
    /// Merges the symbols of `scratch` and calls `emit` with each that is left: its id, its number, and the number
    /// behind it.
    ///
    /// - Parameter scans: false for rules that depend on the merges that were possible once (`PairTable.stillHolds`).
    @inline(__always)
    func merge(_ scratch: MergeScratch, scans: Bool = true, _ emit: (UInt32, Int, Int) throws -> Void) rethrows {
        if scans, scratch.count <= MergeScratch.longestScan {
            try mergeByScanning(scratch, emit)
        } else {
            mergeByHeap(scratch)
            var place = 0
            while place < scratch.count {
                let end = Int(scratch.next[place])
                try emit(scratch.symbols[place], place, end)
                place = end
            }
        }
    }

    /// For short words: for each merge all candidates are looked through.
    ///
    /// `candidates[place]` is the rank of a symbol's merge with the next, shifted left by six, and the place: the
    /// lowest is the merge to make, and says where. A set of 64 bits knows which places have a symbol, and where the
    /// word ends.
    @inline(__always)
    private func mergeByScanning(_ scratch: MergeScratch, _ emit: (UInt32, Int, Int) throws -> Void) rethrows {
        let (symbols, candidates) = (scratch.symbols, scratch.candidates)
        let end = scratch.count
        let last = end &- 1
        var index = 0
        while index < last {
            candidates[index] = candidate(firstRank(symbols[index], symbols[index &+ 1], from: index), index)
            index &+= 1
        }

        var places = ~UInt64(0) &>> UInt64(63 &- end)
        while true {
            var lowest = UInt32.max
            index = 0
            while index < last {
                lowest = min(lowest, candidates[index])
                index &+= 1
            }
            guard lowest < candidate(Merging.noMerge, 0) else { break }

            let place = Int(lowest & 63)
            let merged = result(ofRank: lowest &>> 6, from: place)
            let behind = ~UInt64(1) &<< UInt64(place)
            let removed = (places & behind).trailingZeroBitCount
            places &= ~(1 &<< UInt64(removed))
            symbols[place] = merged
            candidates[removed] = .max
            let after = places & behind
            let right = after.trailingZeroBitCount
            let before = places & ~(behind | 1 &<< UInt64(place))
            if before != 0 {
                let left = 63 &- before.leadingZeroBitCount
                candidates[left] = candidate(rank(symbols[left], merged, from: left, over: place, to: right), left)
            }
            if right < end {
                let rightEnd = (after & (after &- 1)).trailingZeroBitCount
                candidates[place] = candidate(
                    rank(merged, symbols[right], from: place, over: right, to: rightEnd), place)
            } else {
                candidates[place] = .max
            }
        }

        places &= ~(1 &<< UInt64(end))
        while places != 0 {
            let place = places.trailingZeroBitCount
            places &= places &- 1
            try emit(symbols[place], place, min(places.trailingZeroBitCount, end))
        }
    }

    @inline(__always)
    private func candidate(_ rank: UInt32, _ place: Int) -> UInt32 {
        rank &<< 6 | UInt32(truncatingIfNeeded: place)
    }

    /// For long words: a heap of the possible merges and a linked list of the symbols, n log n in their number.
    ///
    /// An entry of the heap is out of date if the rank at its place is no longer its own; it is then dropped when it
    /// comes up.
    @inline(never)
    private func mergeByHeap(_ scratch: MergeScratch) {
        scratch.reserveHeap()
        let (symbols, ranks, previous, next) = (scratch.symbols, scratch.ranks, scratch.previous, scratch.next)
        var heap = MergeHeap(scratch.heap, capacity: scratch.heapCapacity)
        let end = scratch.count
        for place in 0 ..< end {
            ranks[place] =
                place + 1 < end ? firstRank(symbols[place], symbols[place + 1], from: place) : Merging.noMerge
            previous[place] = UInt32(truncatingIfNeeded: place &- 1)
            next[place] = UInt32(truncatingIfNeeded: place &+ 1)
            if ranks[place] != Merging.noMerge { heap.append(ranks[place], place) }
        }
        heap.order()

        while let (lowest, place) = heap.popLowest() {
            guard stillHolds(lowest, current: ranks[place]) else { continue }
            let merged = result(ofRank: lowest, from: place)
            let removed = Int(next[place])
            let after = Int(next[removed])
            symbols[place] = merged
            next[place] = UInt32(truncatingIfNeeded: after)
            ranks[removed] = Merging.noMerge
            ranks[place] = Merging.noMerge
            if place > 0 {
                let before = Int(previous[place])
                ranks[before] = rank(symbols[before], merged, from: before, over: place, to: after)
                if ranks[before] != Merging.noMerge { heap.push(ranks[before], before) }
            }
            if after < end {
                previous[after] = UInt32(truncatingIfNeeded: place)
                ranks[place] = rank(merged, symbols[after], from: place, over: after, to: Int(next[after]))
                if ranks[place] != Merging.noMerge { heap.push(ranks[place], place) }
            }
        }
    }
}
