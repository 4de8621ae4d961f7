/// How WordPiece tokens are written one after the other: a space before each that starts a word.
///
/// Source: Hugging Face tokenizers, `src/decoders/wordpiece.rs`. The clean-up sees one token at a time, so it joins
/// punctuation that is a token of its own.
struct WordPieceDecoding: Sendable {
    let prefix: String
    let cleansUp: Bool

    /// In this order, each on what the ones before have left.
    private static let replacements: KeyValuePairs<String, String> = [
        " .": ".", " ?": "?", " !": "!", " ,": ",", " ' ": "'", " n't": "n't", " 'm": "'m", " do not": " don't",
        " 's": "'s", " 've": "'ve", " 're": "'re",
    ]

    /// `text` with the spaces taken out that punctuation does not have before it.
    static func cleaned(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(0x20) else { return text }
        return replacements.reduce(text) { $0.replacing(Array($1.key.utf8), with: Array($1.value.utf8)) }
    }

    func text(of piece: String, isFirst: Bool) -> String {
        var text = piece
        if !isFirst {
            text =
                !prefix.isEmpty && piece.utf8.starts(with: prefix.utf8)
                ? String(piece.utf8.dropFirst(prefix.utf8.count)) ?? piece : " " + piece
        }
        guard cleansUp, text.utf8.contains(0x20) else { return text }
        for (from, to) in Self.replacements { text = text.replacing(from, with: to) }
        return text
    }
}
