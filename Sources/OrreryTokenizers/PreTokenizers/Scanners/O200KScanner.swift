/// The pattern of o200k (tiktoken), in which a word ends where its case falls back: "camelCase" is two words,
/// "HTTPServer" one.
///
///     [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
///     |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
///     |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
///
/// The classes overlap, so the expression backtracks; `casedWord` says in which order it succeeds.
///
/// Which characters are heads and tails is the table's business (`CharacterClassTable`), so that the pattern's
/// relatives need no code of their own. Tekken's, Mistral's, lacks the contractions and takes numbers one digit at a
/// time.
struct O200KScanner: WordScanner {
    /// The digits of a number that stay together: 1 or 3.
    var maximalDigits = 3
    /// How contractions at the end of words are spelled; nil if they are words of their own.
    var contractions: ContractionLetters? = .anyCaseFolded

    @inline(__always)
    func endOfWord(in text: ScannedText, from start: Int) -> Int {
        let first = text.character(at: start)
        if first.isIn(.letter) {
            return endOfContraction(in: text, after: casedWord(in: text, from: start).end)
        }
        let body = start + first.length
        if first.isIn(.number) { return text.endOfRun(of: .number, from: body, most: maximalDigits - 1) }

        // White space or a symbol. One that is not a line break may lead a word.
        let second = text.characterOrEnd(at: body)
        if !first.isIn(.newline) && second.isIn([.head, .tail]) {
            let word = casedWord(in: text, from: body)
            // A mark that leads nothing but capitals is a word by itself: the first alternative, with the mark as its
            // tail, comes before the second with the mark in front.
            let end = first.isIn(.mark) && !word.hasTail ? body : word.end
            return endOfContraction(in: text, after: end)
        }
        if first.isIn(.mark) { return endOfContraction(in: text, after: body) }

        if !first.isIn(.space) { return endOfSymbols(in: text, from: body) }
        let isSpaceAndSymbol =
            text.bytes[start] == UInt8(ascii: " ") && second.length > 0 && !second.isIn(.spaceLetterOrNumber)
        if isSpaceAndSymbol { return endOfSymbols(in: text, from: body + second.length) }
        return text.endOfSpaceOrLine(from: start, keepsEndWhole: false)
    }

    /// The longest prefix that `[heads]*[tails]+` matches or, only if it matches none (`hasTail` is false),
    /// `[heads]+[tails]*`.
    ///
    /// Greedy heads run up to a character that is none. If that one is a tail, tails go on from there. If not, the
    /// expression gives characters back until one is a tail as well, and ends after it.
    ///
    /// - Precondition: a head or a tail stands at `start`.
    @inline(__always)
    private func casedWord(in text: ScannedText, from start: Int) -> (end: Int, hasTail: Bool) {
        var position = start
        var afterLastTail = start
        while true {
            let character = text.characterOrEnd(at: position)
            if !character.isIn(.head) {
                if character.isIn(.tail) { return (text.endOfRun(of: .tail, from: position + character.length), true) }
                return afterLastTail > start ? (afterLastTail, true) : (position, false)
            }
            position += character.length
            if character.isIn(.tail) { afterLastTail = position }
        }
    }

    @inline(__always)
    private func endOfContraction(in text: ScannedText, after position: Int) -> Int {
        contractions.flatMap { text.endOfContraction(at: position, $0) } ?? position
    }

    /// The rest of `[^\s\p{L}\p{N}]+[\r\n/]*`.
    @inline(__always)
    private func endOfSymbols(in text: ScannedText, from start: Int) -> Int {
        var position = text.endOfRun(outside: .spaceLetterOrNumber, from: start)
        while position < text.count, Self.endsSymbols(text.bytes[position]) { position += 1 }
        return position
    }

    private static func endsSymbols(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "/")
    }

    @inline(__always)
    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64 {
        let taken = takenBySymbols(block)
        let rest = block.whitespace & ~taken
        let symbols = ASCIIBlock.starts(block.symbols & ~taken) & ~(block.spaces &<< 1)
        // A blank, or a symbol that is alone and has no space before it, leads the letters behind it.
        let leads = symbols & block.letters &>> 1
        let letters =
            ASCIIBlock.starts(block.letters) & ~((leads | block.lastBlanks) &<< 1) | block.upper & block.lower &<< 1
        let digits = maximalDigits == 1 ? block.digits : block.startsOfTriples
        var starts = block.certain(letters | digits | symbols | block.startsOfLines(in: rest) | 1, whitespace: rest)
        if contractions == nil { return starts }

        // A contraction belongs to the letters before it, and only one.
        var apostrophes = block.apostrophes & block.letters &<< 1 & (block.letters &>> 1 | block.end)
        var next: UInt64 = 0
        while apostrophes != 0 {
            let place = apostrophes.trailingZeroBitCount
            apostrophes &= apostrophes &- 1
            let here: UInt64 = 1 &<< UInt64(truncatingIfNeeded: place)
            // Whether it is a contraction may depend on what is no longer in the block.
            guard block.valid &>> UInt64(truncatingIfNeeded: place) > 0b111 else { return starts & (here &- 1) }
            let length = ASCIIBlock.contraction(text, after: place, ignoringCase: true)
            guard length > 0, here != next else { continue }
            next = 2 &<< UInt64(truncatingIfNeeded: place &+ length)
            starts = starts & ~(next &- here) | next & block.letters
        }
        return starts
    }

    /// Line breaks and slashes that belong to the symbols before them: `[\r\n/]*`, from a line break right behind a
    /// symbol on.
    @inline(__always)
    private func takenBySymbols(_ block: ASCIIBlock) -> UInt64 {
        let behind = block.newlines & block.symbols &<< 1
        if block.slashes & block.newlines &<< 1 == 0 { return ASCIIBlock.runs(of: block.newlines, from: behind) }
        // Comments at the start of a line: the run goes on through their slashes.
        let run = block.newlines | block.slashes
        var taken = behind
        while true {
            let more = taken | taken &<< 1 & run
            if more == taken { return taken }
            taken = more
        }
    }
}
