import OrreryTokenizers

/// The tokens from the highest logit down, equal ones by id; masked ones (-inf) are not in it.
///
/// A radix sort, because its cost depends on the size of the vocabulary only. A heap, taken apart as far as someone
/// looks, was no faster for top-k 40 of 152,000 and hundreds of times slower where a flat distribution makes one look
/// far.
struct DescendingOrder {
    /// For each rank the sort key in the upper half and the token in the lower.
    private let entries: [UInt64]

    /// - Parameter first: the number of tokens from the highest on that are looked at; others may be left out.
    /// - Throws: `GenerationError` for NaN, +inf, or when every token is masked.
    init(_ logits: UnsafeBufferPointer<Float>, position: Int, first: Int = .max) throws {
        var entries: [UInt64] = []
        entries.reserveCapacity(logits.count)
        for token in 0 ..< logits.count where logits[token] != -.infinity {
            let logit = logits[token]
            guard logit.isFinite else { throw GenerationError.logit(logit, token: TokenID(token), position: position) }
            // Adding 0 makes -0 and 0 one.
            entries.append(UInt64(Self.reversed((logit + 0).bitPattern)) << 32 | UInt64(token))
        }
        guard !entries.isEmpty else {
            throw GenerationError.nothingToChoose(vocabulary: logits.count, position: position)
        }
        if first < entries.count { Self.leaveOut(&entries, from: first) }
        Self.sortByKey(&entries)
        self.entries = entries
    }

    /// Removes what cannot be among the first so many: all whose key's upper bits are beyond those of the last one.
    private static func leaveOut(_ entries: inout [UInt64], from first: Int) {
        var counts = [Int](repeating: 0, count: 1 << 12)
        for entry in entries { counts[Int(entry >> 52)] += 1 }
        var (bin, sum) = (0, 0)
        while sum + counts[bin] < first {
            sum += counts[bin]
            bin += 1
        }
        entries.removeAll { Int($0 >> 52) > bin }
    }

    /// The number of tokens that can be chosen.
    var count: Int { entries.count }

    /// The token that `rank` others come before.
    func token(at rank: Int) -> TokenID { TokenID(truncatingIfNeeded: entries[rank]) }

    /// The logit of the token that `rank` others come before.
    func logit(at rank: Int) -> Float {
        Float(bitPattern: Self.reversed(UInt32(truncatingIfNeeded: entries[rank] >> 32)))
    }

    /// The bits of a float to a number that is smaller the higher it is, and back. Floats of one sign compare as their
    /// bits.
    @inline(__always)
    private static func reversed(_ bits: UInt32) -> UInt32 { bits >> 31 == 1 ? bits : ~bits & 0x7FFF_FFFF }

    /// Sorts by the upper 32 bits, a byte at a time from the lowest. Each pass is stable, so equal keys stay in the
    /// order of ids.
    private static func sortByKey(_ entries: inout [UInt64]) {
        entries.withUnsafeMutableBufferPointer { entries in
            let scratch = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: entries.count)
            defer { scratch.deallocate() }
            // Four passes, an even number, so the last one ends in `entries`.
            sortByByte(entries, into: scratch, shift: 32)
            sortByByte(scratch, into: entries, shift: 40)
            sortByByte(entries, into: scratch, shift: 48)
            sortByByte(scratch, into: entries, shift: 56)
        }
    }

    private static func sortByByte(
        _ source: UnsafeMutableBufferPointer<UInt64>, into target: UnsafeMutableBufferPointer<UInt64>, shift: UInt64
    ) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 257) { places in
            places.initialize(repeating: 0)
            for entry in source { places[Int(entry >> shift & 0xFF) + 1] += 1 }
            for digit in 1 ... 256 { places[digit] += places[digit - 1] }
            for entry in source {
                let digit = Int(entry >> shift & 0xFF)
                target.initializeElement(at: places[digit], to: entry)
                places[digit] += 1
            }
        }
    }
}
