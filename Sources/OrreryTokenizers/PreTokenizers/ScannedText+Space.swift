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
