import OrreryTokenizers

/// The characters that a vocabulary has pieces for, once as they start a word and once as they continue it, and words
/// written in them.
struct CharacterAlphabet {
    /// Special tokens, then characters, then characters with the prefix; by id.
    private(set) var texts = TokenTexts()
    private var starts: [Unicode.Scalar: UInt32] = [:]
    private var rests: [Unicode.Scalar: UInt32] = [:]

    /// Source: tokenizers, `src/models/bpe/trainer.rs`, `compute_alphabet` and `tokenize_words`. Of equally frequent
    /// characters the limit, there, takes whichever come first in a hash table; here those with lower code points.
    init(of words: WordTable, specialTokens: [String], limit: Int?, continuingPrefix: String) {
        for token in specialTokens { texts.add(Array(token.utf8)) }
        var counts: [Unicode.Scalar: Int] = [:]
        var continuing: Set<Unicode.Scalar> = []
        words.forEach { word, count in
            for (index, scalar) in String(decoding: word, as: UTF8.self).unicodeScalars.enumerated() {
                counts[scalar, default: 0] += count
                if index > 0 { continuing.insert(scalar) }
            }
        }
        var kept = counts.keys.sorted()
        if let limit, kept.count > limit {
            kept = kept.sorted { (counts[$1]!, $0.value) < (counts[$0]!, $1.value) }.prefix(limit).sorted()
        }
        for scalar in kept { starts[scalar] = texts.add(Array(String(scalar).utf8)) }
        for scalar in kept where continuing.contains(scalar) {
            rests[scalar] = texts.add(Array((continuingPrefix + String(scalar)).utf8))
        }
    }

    /// The words as symbols, and how many tokens those have that are left out because they have only one.
    func symbolWords(of table: WordTable) throws -> (words: SymbolWords, single: Int) {
        let words = SymbolWords(capacity: 16 * table.count + 1024)
        var symbols: [UInt32] = []
        var single = 0
        try table.forEach { word, count in
            symbols.removeAll(keepingCapacity: true)
            for (index, scalar) in String(decoding: word, as: UTF8.self).unicodeScalars.enumerated() {
                if let id = index == 0 ? starts[scalar] : rests[scalar] { symbols.append(id) }
            }
            if symbols.count == 1 { single += count }
            try symbols.withUnsafeBufferPointer { try words.append($0, count: count) }
        }
        return (words, single)
    }
}
