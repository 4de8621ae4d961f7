/// The name that a misspelt one was probably meant to be.
enum NearestName {
    /// The nearest of `names`, where it is near enough to suggest: at most a third of its letters differ, or it only
    /// goes on where `word` ends.
    static func of(_ word: String, in names: [String]) -> String? {
        let word = word.lowercased()
        let nearest = names.map { (name: $0, distance: distance(word, $0)) }.min {
            ($0.distance, $0.name) < ($1.distance, $1.name)
        }
        if let nearest, nearest.distance <= max(1, nearest.name.count / 3) { return nearest.name }
        let longer = names.filter { word.count > 1 && $0.hasPrefix(word) }
        return longer.count == 1 ? longer[0] : nil
    }

    /// The least number of insertions, deletions, substitutions and swaps of neighbours between two words (optimal
    /// string alignment).
    static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        var rows = [Array(0 ... b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                let isSame = a[i] == b[j]
                var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (isSame ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, rows[i - 1][j - 1] + 1) }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
