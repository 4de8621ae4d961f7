/// Runs of characters: the loops in which a scanner spends its time.
extension ScannedText {
    /// The end of the run of characters in `wanted` that starts at `start`, which may be empty.
    @inline(__always)
    func endOfRun(of wanted: CharacterClass, from start: Int) -> Int {
        endOfRun(from: start) { $0.intersects(wanted) }
    }

    /// The end of the run of characters outside `unwanted`.
    @inline(__always)
    func endOfRun(outside unwanted: CharacterClass, from start: Int) -> Int {
        endOfRun(from: start) { !$0.intersects(unwanted) }
    }

    @inline(__always)
    private func endOfRun(from start: Int, while belongs: (CharacterClass) -> Bool) -> Int {
        var position = start
        while position < count {
            let character = character(at: position)
            guard belongs(character.classes) else { break }
            position += character.length
        }
        return position
    }

    /// The end of a run of at most `most` characters in `wanted`.
    @inline(__always)
    func endOfRun(of wanted: CharacterClass, from start: Int, most: Int) -> Int {
        var position = start
        var left = most
        while left > 0, position < count {
            let character = character(at: position)
            guard character.isIn(wanted) else { break }
            position += character.length
            left -= 1
        }
        return position
    }
}
