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

/// How the patterns cut white space. They share the idea: the last blank before a word belongs to the word.
extension ScannedText {
    /// `\s++$|\s+(?!\S)|\s`, or `\s+(?!\S)|\s+`, which says the same: all of it at the end of the text; elsewhere all
    /// but the last character, which is left to the next word, unless it is the only one.
    ///
    /// - Precondition: white space stands at `start`.
    @inline(__always)
    func endOfSpace(from start: Int) -> Int {
        let run = spaceRun(from: start)
        return run.end == count || run.last == start ? run.end : run.last
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line break of the run if it has one, else as `endOfSpace`.
    ///
    /// - Parameter keepsEndWhole: `\s++$|\s*[\r\n]|\s+(?!\S)|\s`: first of all, white space that ends the text is one
    ///   word.
    @inline(__always)
    func endOfSpaceOrLine(from start: Int, keepsEndWhole: Bool) -> Int {
        let run = spaceRun(from: start)
        if keepsEndWhole && run.end == count { return run.end }
        if let line = run.afterLastLineBreak { return line }
        return run.end == count || run.last == start ? run.end : run.last
    }

    /// A run of white space: where it ends, where its last character starts, and the place after its last line break.
    private struct SpaceRun {
        var end: Int
        var last: Int
        var afterLastLineBreak: Int?
    }

    @inline(__always)
    private func spaceRun(from start: Int) -> SpaceRun {
        var run = SpaceRun(end: start, last: start, afterLastLineBreak: nil)
        while run.end < count {
            let character = character(at: run.end)
            guard character.isIn(.space) else { break }
            run.last = run.end
            run.end += character.length
            if character.isIn(.newline) { run.afterLastLineBreak = run.end }
        }
        return run
    }
}
