import OrreryTokenizers

/// The bytes that a byte-level vocabulary has a token for, and words written in those tokens.
struct ByteLevelAlphabet {
    /// Special tokens and the alphabet, spelled in GPT-2's stand-ins, by id.
    private(set) var texts = TokenTexts()
    /// The id of each byte's token; nil for those that have none, which words are written without.
    private(set) var ids = [UInt32?](repeating: nil, count: 256)

    /// Source: tokenizers, `src/models/bpe/trainer.rs`, `compute_alphabet`. Of equally frequent bytes the limit, there,
    /// takes whichever come first in a hash table; here the ones with higher stand-ins go.
    init(of words: WordTable, _ settings: BytePairTrainer.Settings) {
        for token in settings.specialTokens { texts.add(Array(token.utf8)) }
        var counts = [Int](repeating: 0, count: 256)
        words.forEach { word, count in for byte in word { counts[Int(byte)] += count } }
        if settings.startsWithAllBytes { counts = counts.map { _ in .max } }
        var kept = (0 ..< 256).filter { counts[$0] > 0 }.sorted {
            ByteAlphabet.scalars[$0].value < ByteAlphabet.scalars[$1].value
        }
        if let limit = settings.alphabetLimit, kept.count > limit {
            let rank = kept.enumerated().sorted { (counts[$1.element], $0.offset) < (counts[$0.element], $1.offset) }
            kept = rank.prefix(limit).sorted { $0.offset < $1.offset }.map(\.element)
        }
        for byte in kept { ids[byte] = texts.add(Array(ByteAlphabet.spelling(of: [UInt8(byte)]).utf8)) }
    }

    /// The words as symbols, and how many tokens those have that are left out because they have only one.
    func symbolWords(of table: WordTable) throws -> (words: SymbolWords, single: Int) {
        let words = SymbolWords(capacity: 16 * table.count + 1024)
        var symbols: [UInt32] = []
        var single = 0
        let ids = ids.map { $0 ?? .max }
        try table.forEach { word, count in
            symbols.removeAll(keepingCapacity: true)
            for byte in word where ids[Int(byte)] != .max { symbols.append(ids[Int(byte)]) }
            if symbols.count == 1 { single += count }
            try symbols.withUnsafeBufferPointer { try words.append($0, count: count) }
        }
        return (words, single)
    }
}
