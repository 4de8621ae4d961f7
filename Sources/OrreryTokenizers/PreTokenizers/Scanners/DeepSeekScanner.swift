/// The last of the three patterns that DeepSeek V3 cuts with, one after the other:
///
///     [!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
///
/// It does not match everything: digits, controls and unassigned characters that lead no word are what stands between
/// two matches, and are one word together.
///
/// In its table `.head` is punctuation and symbols, `.tail` letters of ASCII, `.han` what `HanRunScanner` looks for.
struct DeepSeekScanner: WordScanner {
    func endOfWord(in text: ScannedText, from start: Int) -> Int {
        let first = text.character(at: start)
        let body = start + first.length
        if first.isIn([.letter, .mark]) { return text.endOfRun(of: [.letter, .mark], from: body) }
        let second = text.characterOrEnd(at: body)
        if first.isIn(.head) {
            if first.length == 1, second.isIn(.tail) { return text.endOfRun(of: .tail, from: body) }
            return endOfSymbols(in: text, from: body)
        }
        if second.isIn([.letter, .mark]), !first.isIn(.newline) {
            return text.endOfRun(of: [.letter, .mark], from: body)
        }
        guard first.isIn(.space) else { return endOfGap(in: text, from: body) }
        if text.bytes[start] == UInt8(ascii: " "), second.isIn(.head) {
            return endOfSymbols(in: text, from: body + second.length)
        }
        return text.endOfSpaceOrLine(from: start, keepsEndWhole: false)
    }

    /// The rest of `[\p{P}\p{S}]+[\r\n]*`.
    private func endOfSymbols(in text: ScannedText, from start: Int) -> Int {
        text.endOfRun(of: .newline, from: text.endOfRun(of: .head, from: start))
    }

    /// Where the next match begins.
    private func endOfGap(in text: ScannedText, from start: Int) -> Int {
        var position = start
        while position < text.count {
            let character = text.character(at: position)
            if character.isIn([.letter, .mark, .head, .space]) { return position }
            let next = position + character.length
            // This one leads a word.
            if text.characterOrEnd(at: next).isIn([.letter, .mark]) { return position }
            position = next
        }
        return position
    }

    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64 { 1 }
}

/// The second of them, `[一-龥぀-ゟ゠-ヿ]+`, and what is between its matches.
struct HanRunScanner: WordScanner {
    func endOfWord(in text: ScannedText, from start: Int) -> Int {
        text.character(at: start).isIn(.han)
            ? text.endOfRun(of: .han, from: start) : text.endOfRun(outside: .han, from: start)
    }

    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64 { 1 }
}

extension CharacterClassTable {
    static let deepSeek = CharacterClassTable(
        CharacterClassTable(.v16) { category in
            switch category {
            case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
                .finalPunctuation, .otherPunctuation,
                .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
                .head
            default: CharacterClass(category).subtracting([.head, .tail])
            }
        }
    ) { table in
        for code in [0x41 ... 0x5A, 0x61 ... 0x7A].joined() { table[code].insert(.tail) }
        for code in [0x4E00 ... 0x9FA5, 0x3040 ... 0x309F, 0x30A0 ... 0x30FF].joined() { table[code].insert(.han) }
    }
}
