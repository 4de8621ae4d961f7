import OrreryNN

/// The name that a misspelt one was probably meant to be.
enum NearestName {
    /// The nearest of `names`, where it is near enough to suggest: at most a third of its letters differ, or it only
    /// goes on where `word` ends.
    static func of(_ word: String, in names: [String]) -> String? {
        let word = word.lowercased()
        let nearest = names.map { (name: $0, distance: editDistance(word, $0)) }.min {
            ($0.distance, $0.name) < ($1.distance, $1.name)
        }
        if let nearest, nearest.distance <= max(1, nearest.name.count / 3) { return nearest.name }
        let longer = names.filter { word.count > 1 && $0.hasPrefix(word) }
        return longer.count == 1 ? longer[0] : nil
    }
}
