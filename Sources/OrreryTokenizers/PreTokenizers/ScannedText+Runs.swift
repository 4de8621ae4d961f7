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

    /// The end of the run of letters from `start`: eight ASCII letters at a time, which is a whole word most of the time.
    @inline(__always)
    func endOfLetters(from start: Int) -> Int {
        var position = start
        while count - position >= 8 {
            let others = ~ASCIIMask.letters(eightBytes(at: position)) & ASCIIMask.all
            if others == 0 {
                position += 8
                continue
            }
            position += others.trailingZeroBitCount >> 3
            if bytes[position] < 0x80 { return position }
            let end = endOfMultibyteRun(of: .letter, from: position)
            if end == position { return position }
            position = end
        }
        return endOfRun(of: .letter, from: position)
    }

    /// The end of the run of characters in `wanted` that are not ASCII.
    @inline(__always)
    func endOfMultibyteRun(of wanted: CharacterClass, from start: Int) -> Int {
        var position = start
        while position < count, bytes[position] >= 0x80 {
            let character = multibyteCharacter(at: position)
            guard character.isIn(wanted) else { break }
            position += character.length
        }
        return position
    }

    /// Eight bytes as a number whose lowest byte is the first.
    /// - Precondition: they are there.
    @inline(__always)
    func eightBytes(at position: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt64.self))
    }
}
