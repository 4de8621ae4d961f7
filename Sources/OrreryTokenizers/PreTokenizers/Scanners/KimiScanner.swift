/// Kimi K2's pattern as llama.cpp has it (`unicode_regex_split_custom_kimi_k2`): o200k's without regard to case and to
/// marks, and Han is apart from other letters.
///
///     \p{Han}+|[^\r\n\p{L}\p{N}]?[\p{L}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
///
/// In its table `.letter` is every letter, `.han` a block of Han, and `.head` a letter outside of these.
struct KimiScanner: WordScanner {
    func endOfWord(in text: ScannedText, from start: Int) -> Int {
        let first = text.character(at: start)
        let body = start + first.length
        if first.isIn(.han) { return text.endOfRun(of: .han, from: body) }
        if first.isIn(.head) { return endOfLetters(in: text, from: body) }
        if first.isIn(.number) { return text.endOfRun(of: .number, from: body, most: 2) }
        let second = text.characterOrEnd(at: body)
        if !first.isIn(.newline) && second.isIn(.head) { return endOfLetters(in: text, from: body + second.length) }
        if !first.isIn(.space) { return endOfSymbols(in: text, from: body) }
        let isSpaceAndSymbol =
            text.bytes[start] == UInt8(ascii: " ") && second.length > 0 && !second.isIn(.spaceLetterOrNumber)
        if isSpaceAndSymbol { return endOfSymbols(in: text, from: body + second.length) }
        return text.endOfSpaceOrLine(from: start, keepsEndWhole: false)
    }

    private func endOfLetters(in text: ScannedText, from start: Int) -> Int {
        let end = text.endOfRun(of: .head, from: start)
        return text.endOfContraction(at: end, .anyCase) ?? end
    }

    private func endOfSymbols(in text: ScannedText, from start: Int) -> Int {
        text.endOfRun(of: .newline, from: text.endOfRun(outside: .spaceLetterOrNumber, from: start))
    }

    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64 { 1 }
}
