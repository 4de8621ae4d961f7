import OrreryTokenizers

/// The characters of all words as one array of symbols, a boundary behind each word.
struct WordSymbols {
    /// What ends a word: smaller than any character.
    static let boundary: Int32 = 0

    private(set) var symbols: [Int32] = []
    /// The character of each symbol.
    private(set) var characters: [UInt32] = [0]
    /// Where each word starts, and one place more.
    private(set) var starts: [Int32] = [0]
    private(set) var counts: [Int] = []
    /// Whether a word is followed by the end of its line, and not by the space of another.
    private(set) var endLine: [Bool] = []

    /// - Throws: `TokenizerError` if there are 2³¹ characters or more.
    init(_ text: PieceWords) throws {
        let total = text.words.reduce(0) { $0 + $1.scalars.count + 1 }
        guard total < Int(Int32.max) else {
            throw TokenizerError.invalid(
                "the distinct words have \(total) characters together; expected fewer than \(Int32.max): less text, or less word memory"
            )
        }
        let distinct = Set(text.required.map(\.scalar)).union([PieceRules.unknown, PieceRules.boundary]).sorted()
        characters += distinct
        let symbolOf = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, Int32($0 + 1)) })
        symbols.reserveCapacity(total)
        for word in text.words {
            for scalar in word.scalars { symbols.append(symbolOf[scalar]!) }
            symbols.append(Self.boundary)
            starts.append(Int32(symbols.count))
            counts.append(word.count)
            endLine.append(word.endsLine)
        }
    }
}
