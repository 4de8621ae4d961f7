/// The pattern of cl100k, as tiktoken has it:
///
///     '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s
///
/// and its two relatives: Llama 3's, which lacks `\s++$` (so that "\n " at the end of a text is two words), and Qwen
/// 2's, which besides takes numbers one digit at a time:
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
struct CL100KScanner: WordScanner {
    /// The digits of a number that stay together.
    let maximalDigits: Int
    /// Whether `\s++$` is among the alternatives.
    let keepsEndWhole: Bool
    var contractions = ContractionLetters.anyCaseFolded

    @inline(__always)
    func endOfWord(in text: ScannedText, from start: Int) -> Int {
        let first = text.character(at: start)
        if first.isIn(.letter) { return text.endOfRun(of: .letter, from: start + first.length) }
        if first.isIn(.number) {
            return text.endOfRun(of: .number, from: start + first.length, most: maximalDigits - 1)
        }
        if let end = text.endOfContraction(at: start, contractions) { return end }

        // What is left is white space and symbols. One that is not a line break may lead a word.
        let body = start + first.length
        let second = text.characterOrEnd(at: body)
        if second.isIn(.letter) && !first.isIn(.newline) {
            return text.endOfRun(of: .letter, from: body + second.length)
        }

        if !first.isIn(.space) { return endOfSymbols(in: text, from: body) }
        let isSpaceAndSymbol =
            text.bytes[start] == UInt8(ascii: " ") && second.length > 0 && !second.isIn(.spaceLetterOrNumber)
        if isSpaceAndSymbol { return endOfSymbols(in: text, from: body + second.length) }
        return text.endOfSpaceOrLine(from: start, keepsEndWhole: keepsEndWhole)
    }

    /// The rest of `[^\s\p{L}\p{N}]+[\r\n]*`.
    @inline(__always)
    private func endOfSymbols(in text: ScannedText, from start: Int) -> Int {
        text.endOfRun(of: .newline, from: text.endOfRun(outside: .spaceLetterOrNumber, from: start))
    }

    @inline(__always)
    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64 {
        // Line breaks right behind a symbol belong to it.
        let taken = ASCIIBlock.runs(of: block.newlines, from: block.newlines & block.symbols &<< 1)
        let rest = block.whitespace & ~taken
        let symbols = ASCIIBlock.starts(block.symbols) & ~(block.spaces &<< 1)
        // A blank, or a symbol that is alone and has no space before it, leads the letters behind it.
        let leads = symbols & block.letters &>> 1
        let letters = ASCIIBlock.starts(block.letters) & ~((leads | block.lastBlanks) &<< 1)
        let digits = maximalDigits == 1 ? block.digits : block.startsOfTriples
        var starts = block.certain(letters | digits | symbols | block.startsOfLines(in: rest) | 1, whitespace: rest)

        var apostrophes = block.apostrophes & leads
        while apostrophes != 0 {
            let place = apostrophes.trailingZeroBitCount
            apostrophes &= apostrophes &- 1
            // Whether it is a contraction may depend on what is no longer in the block.
            guard block.valid &>> UInt64(truncatingIfNeeded: place) > 0b111 else {
                return starts & (2 &<< UInt64(truncatingIfNeeded: place) &- 1)
            }
            let length = ASCIIBlock.contraction(text, after: place, ignoringCase: true)
            if length > 0 { starts |= 2 &<< UInt64(truncatingIfNeeded: place &+ length) & block.letters }
        }
        return starts
    }
}
