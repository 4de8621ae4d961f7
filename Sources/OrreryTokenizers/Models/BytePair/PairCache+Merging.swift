/// The merges of one word. Among all neighbouring pairs the one of the lowest rank is merged, of several the leftmost,
/// until no pair is a merge (Sennrich et al., arXiv 1508.07909, as tiktoken and GPT-2 apply it). `MergeTrace` is the
/// same, told plainly.
extension PairCache {
    /// Leaves the tokens of `word` in `scratch.symbols` and returns their number.
    ///
    /// - Precondition: `word` has 1 to 2^31 - 1 bytes.
    func merge(_ word: UnsafeBufferPointer<UInt8>, _ scratch: MergeScratch) -> Int {
        if word.count <= MergeScratch.longestScan {
            return mergeByScanning(word, scratch)
        }
        scratch.reserve(word.count)
        return mergeByHeap(word, scratch)
    }

    /// For short words: for each merge all candidates are looked through.
    ///
    /// A symbol keeps the place of its first byte. `candidates[place]` is the rank of its merge with the next symbol,
    /// shifted left by six, and the place: the lowest is the merge to make, and says where. A set of 64 bits knows
    /// which places have a symbol, and where the word ends.
    private func mergeByScanning(_ word: UnsafeBufferPointer<UInt8>, _ scratch: MergeScratch) -> Int {
        let (bytes, symbols, candidates) = (scratch.bytes, scratch.symbols, scratch.candidates)
        let end = word.count
        let last = end &- 1
        var index = 0
        while index < last {
            bytes[index] = word[index]
            symbols[index] = token(ofByte: word[index])
            candidates[index] = Self.candidate(rank(ofBytes: word[index], word[index &+ 1]), index)
            index &+= 1
        }
        bytes[last] = word[last]
        symbols[last] = token(ofByte: word[last])

        var places = ~UInt64(0) &>> UInt64(63 &- end)
        while true {
            var lowest = UInt32.max
            index = 0
            while index < last {
                lowest = min(lowest, candidates[index])
                index &+= 1
            }
            guard lowest < Self.candidate(MergeRules.noMerge, 0) else { break }

            let place = Int(lowest & 63)
            let merged = result(ofRank: lowest &>> 6)
            let behind = ~UInt64(1) &<< UInt64(place)
            let removed = (places & behind).trailingZeroBitCount
            places &= ~(1 &<< UInt64(removed))
            symbols[place] = merged
            candidates[removed] = .max
            let after = places & behind
            let right = after.trailingZeroBitCount
            if right < end {
                let rightEnd = (after & (after &- 1)).trailingZeroBitCount
                candidates[place] = Self.candidate(
                    rank(merged, symbols[right], bytes + place, length: rightEnd &- place), place)
            } else {
                candidates[place] = .max
            }
            let before = places & ~(behind | 1 &<< UInt64(place))
            if before != 0 {
                let left = 63 &- before.leadingZeroBitCount
                candidates[left] = Self.candidate(
                    rank(symbols[left], merged, bytes + left, length: right &- left), left)
            }
        }

        var count = 0
        places &= ~(1 &<< UInt64(end))
        while places != 0 {
            symbols[count] = symbols[places.trailingZeroBitCount]
            places &= places &- 1
            count &+= 1
        }
        return count
    }

    @inline(__always)
    private static func candidate(_ rank: UInt32, _ place: Int) -> UInt32 {
        rank &<< 6 | UInt32(truncatingIfNeeded: place)
    }

    /// For long words: a heap of the possible merges and a linked list of the symbols, n log n in the length of the
    /// word.
    ///
    /// A symbol is named by the place of its first byte. An entry of the heap is out of date if the rank at its place
    /// is no longer its own; it is then dropped when it comes up.
    private func mergeByHeap(_ word: UnsafeBufferPointer<UInt8>, _ scratch: MergeScratch) -> Int {
        let (symbols, ranks, previous, next) = (scratch.symbols, scratch.ranks, scratch.previous, scratch.next)
        var heap = MergeHeap(scratch.heap, capacity: scratch.heapCapacity)
        let end = word.count
        for place in 0 ..< end {
            symbols[place] = token(ofByte: word[place])
            ranks[place] = place + 1 < end ? rank(ofBytes: word[place], word[place + 1]) : MergeRules.noMerge
            previous[place] = UInt32(truncatingIfNeeded: place &- 1)
            next[place] = UInt32(truncatingIfNeeded: place &+ 1)
            if ranks[place] != MergeRules.noMerge { heap.append(ranks[place], place) }
        }
        heap.order()

        while let (lowest, place) = heap.popLowest() {
            guard ranks[place] == lowest else { continue }
            let merged = result(ofRank: lowest)
            let removed = Int(next[place])
            let after = Int(next[removed])
            symbols[place] = merged
            next[place] = UInt32(truncatingIfNeeded: after)
            ranks[removed] = MergeRules.noMerge
            ranks[place] = MergeRules.noMerge
            if after < end {
                previous[after] = UInt32(truncatingIfNeeded: place)
                ranks[place] = rank(merged, symbols[after])
                if ranks[place] != MergeRules.noMerge { heap.push(ranks[place], place) }
            }
            if place > 0 {
                let before = Int(previous[place])
                ranks[before] = rank(symbols[before], merged)
                if ranks[before] != MergeRules.noMerge { heap.push(ranks[before], before) }
            }
        }

        var count = 0
        var place = 0
        while place < end {
            symbols[count] = symbols[place]
            count += 1
            place = Int(next[place])
        }
        return count
    }
}
