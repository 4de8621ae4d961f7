/// The pattern of GPT-2, r50k and p50k, as tiktoken has it:
///
///     '(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s
///
/// and, cutting alike, as OpenAI and Hugging Face have it (openai/gpt-2, `src/encoder.py`):
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
struct GPT2Scanner: WordScanner {
    private let plainWords = PlainWords.afterSpace

    @inline(__always)
    func lengthOfPlainWord(in text: ScannedText, from start: Int, _ sixteen: SixteenBytes) -> Int {
        plainWords.length(in: text, from: start, sixteen)
    }

    @inline(__always)
    func endOfWord(in text: ScannedText, from start: Int) -> Int {
        if let end = text.endOfContraction(at: start, ignoringCase: false) { return end }
        // " ?": a space joins whatever word follows it.
        let body = text.bytes[start] == UInt8(ascii: " ") ? start + 1 : start
        let first = text.characterOrEnd(at: body)
        if first.isIn(.letter) { return text.endOfLetters(from: body + first.length) }
        if first.isIn(.number) { return text.endOfRun(of: .number, from: body + first.length) }
        if first.length == 0 || first.isIn(.space) { return text.endOfSpace(from: start) }
        return text.endOfRun(outside: .spaceLetterOrNumber, from: body + first.length)
    }
}
