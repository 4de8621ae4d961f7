/// The pattern of GPT-2, r50k and p50k, as tiktoken has it:
///
///     '(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s
///
/// and, cutting alike, as OpenAI and Hugging Face have it (openai/gpt-2, `src/encoder.py`):
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
struct GPT2Scanner: WordScanner {
    @inline(__always)
    func endOfWord(in text: ScannedText, from start: Int) -> Int {
        if let end = text.endOfContraction(at: start, .lowercase) { return end }
        // " ?": a space joins whatever word follows it.
        let body = text.bytes[start] == UInt8(ascii: " ") ? start + 1 : start
        let first = text.characterOrEnd(at: body)
        if first.isIn(.letter) { return text.endOfRun(of: .letter, from: body + first.length) }
        if first.isIn(.number) { return text.endOfRun(of: .number, from: body + first.length) }
        if first.length == 0 || first.isIn(.space) { return text.endOfSpace(from: start) }
        return text.endOfRun(outside: .spaceLetterOrNumber, from: body + first.length)
    }

    @inline(__always)
    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64 {
        let afterSpace = block.spaces &<< 1
        let words =
            ASCIIBlock.starts(block.letters) | ASCIIBlock.starts(block.digits) | ASCIIBlock.starts(block.symbols)
        // White space is cut at its first and its last character.
        let spaces = ASCIIBlock.starts(block.whitespace) | block.whitespace & ~(block.whitespace &>> 1)
        var starts = block.certain(words & ~afterSpace | spaces | 1, whitespace: block.whitespace)

        // An apostrophe alone, with no space before it, and a letter behind it.
        var apostrophes = block.apostrophes & ASCIIBlock.starts(block.symbols) & ~afterSpace & block.letters &>> 1
        while apostrophes != 0 {
            let place = apostrophes.trailingZeroBitCount
            apostrophes &= apostrophes &- 1
            // Whether it is a contraction may depend on what is no longer in the block.
            guard block.valid &>> UInt64(truncatingIfNeeded: place) > 0b111 else {
                return starts & (2 &<< UInt64(truncatingIfNeeded: place) &- 1)
            }
            let length = ASCIIBlock.contraction(text, after: place, ignoringCase: false)
            guard length > 0 else { continue }
            let next = 2 &<< UInt64(truncatingIfNeeded: place &+ length)
            starts = starts & ~(2 &<< UInt64(truncatingIfNeeded: place)) | next & block.letters
        }
        return starts
    }
}
