/// The least number of insertions, deletions, substitutions and swaps of neighbours that make one word of the other
/// (optimal string alignment): how far a misspelt name is from a known one.
package func editDistance<Letter: Equatable>(_ a: some Sequence<Letter>, _ b: some Sequence<Letter>) -> Int {
    let a = Array(a), b = Array(b)
    // The distances between a prefix of `a` and every prefix of `b`: those of the last two prefixes, and the next.
    var beforeLast: [Int] = []
    var last = Array(0 ... b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, beforeLast[j - 1] + 1) }
            row.append(least)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
