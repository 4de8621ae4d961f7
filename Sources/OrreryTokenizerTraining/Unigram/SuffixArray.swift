import OrreryTokenizers

/// The suffixes of a text in order, in time and memory linear in its length: suffix sorting by induction (Nong, Zhang
/// and Chan 2009, "Linear Suffix Array Construction by Almost Pure Induced-Sorting").
///
/// A suffix is of type S if it is smaller than the one behind it, else of type L. The suffixes of type S with one of
/// type L before them are sorted first, by a recursion on the stretches between them; all others follow from these in
/// two passes.
enum SuffixArray {
    /// - Parameters:
    ///   - text: symbols of `0 ... largest`, fewer than 2³¹.
    /// - Returns: the starts of the suffixes, the smallest first. A suffix that is the start of another comes before
    ///   it.
    static func suffixes(of text: [Int32], largest: Int32) -> [Int32] {
        if text.count < 2 { return Array(0 ..< Int32(text.count)) }
        var result = [Int32](repeating: -1, count: text.count)
        text.withUnsafeBufferPointer { text in
            result.withUnsafeMutableBufferPointer { Sorting(text, largest: Int(largest)).sort(into: $0.baseAddress!) }
        }
        return result
    }

    private struct Sorting {
        let text: UnsafeBufferPointer<Int32>
        let largest: Int
        /// Whether each suffix is of type S.
        let isSmall: [Bool]
        /// For each symbol where the suffixes that start with it begin, and one place more.
        let starts: [Int32]
        /// And where those of type S among them begin.
        let smallStarts: [Int32]

        init(_ text: UnsafeBufferPointer<Int32>, largest: Int) {
            self.text = text
            self.largest = largest
            let count = text.count
            var isSmall = [Bool](repeating: false, count: count)
            for index in stride(from: count - 2, through: 0, by: -1) {
                isSmall[index] = text[index] == text[index + 1] ? isSmall[index + 1] : text[index] < text[index + 1]
            }
            var (large, all) = ([Int32](repeating: 0, count: largest + 1), [Int32](repeating: 0, count: largest + 1))
            for index in 0 ..< count {
                all[Int(text[index])] += 1
                if !isSmall[index] { large[Int(text[index])] += 1 }
            }
            var starts = [Int32](repeating: 0, count: largest + 2)
            for symbol in 0 ... largest { starts[symbol + 1] = starts[symbol] + all[symbol] }
            smallStarts = (0 ... largest).map { starts[$0] + large[$0] }
            (self.isSmall, self.starts) = (isSmall, starts)
        }

        func sort(into result: UnsafeMutablePointer<Int32>) {
            let count = text.count
            let firsts = (1 ..< count).filter { isSmall[$0] && !isSmall[$0 - 1] }.map { Int32($0) }
            induce(from: firsts, into: result)
            guard firsts.count > 1 else { return }
            // The stretches from one first to the next are in order now, equal ones in any.
            var place = [Int32](repeating: -1, count: count)
            for (index, first) in firsts.enumerated() { place[Int(first)] = Int32(index) }
            let sorted = (0 ..< count).compactMap { place[Int(result[$0])] >= 0 ? result[$0] : nil }
            var names = [Int32](repeating: 0, count: firsts.count)
            var name: Int32 = 0
            for (previous, current) in zip(sorted, sorted.dropFirst()) {
                if !areEqualStretches(previous, current, firsts, place) { name += 1 }
                names[Int(place[Int(current)])] = name
            }
            let order = SuffixArray.suffixes(of: names, largest: name)
            induce(from: order.map { firsts[Int($0)] }, into: result)
        }

        private func areEqualStretches(_ one: Int32, _ other: Int32, _ firsts: [Int32], _ place: [Int32]) -> Bool {
            func end(_ start: Int32) -> Int {
                let next = Int(place[Int(start)]) + 1
                return next < firsts.count ? Int(firsts[next]) : text.count
            }
            let length = end(one) - Int(one)
            guard end(other) - Int(other) == length else { return false }
            // The symbol behind the stretch counts too; the end of the text is a symbol of its own.
            guard Int(one) + length < text.count, Int(other) + length < text.count else { return false }
            return (0 ... length).allSatisfy { text[Int(one) + $0] == text[Int(other) + $0] }
        }

        /// Puts all suffixes in order, given the order of those of type S behind one of type L.
        private func induce(from firsts: [Int32], into result: UnsafeMutablePointer<Int32>) {
            let count = text.count
            result.update(repeating: -1, count: count)
            var next = smallStarts
            for first in firsts {
                result[Int(next[Int(text[Int(first)])])] = first
                next[Int(text[Int(first)])] += 1
            }
            next = starts
            next.withUnsafeMutableBufferPointer { next in
                isSmall.withUnsafeBufferPointer { isSmall in
                    func place(_ suffix: Int) {
                        let symbol = Int(text[suffix])
                        result[Int(next[symbol])] = Int32(truncatingIfNeeded: suffix)
                        next[symbol] &+= 1
                    }
                    place(count - 1)
                    for index in 0 ..< count {
                        let suffix = Int(result[index])
                        if suffix >= 1 && !isSmall[suffix - 1] { place(suffix - 1) }
                    }
                }
            }
            var ends = starts
            ends.withUnsafeMutableBufferPointer { ends in
                isSmall.withUnsafeBufferPointer { isSmall in
                    for index in stride(from: count - 1, through: 0, by: -1) {
                        let suffix = Int(result[index])
                        guard suffix >= 1 && isSmall[suffix - 1] else { continue }
                        let symbol = Int(text[suffix - 1])
                        ends[symbol + 1] &-= 1
                        result[Int(ends[symbol + 1])] = Int32(truncatingIfNeeded: suffix - 1)
                    }
                }
            }
        }
    }
}
