import OrreryTokenizers

/// Which strings of characters may be pieces: sentencepiece's rules (`src/trainer_interface.cc`, IsValidSentencePiece).
struct PieceRules: Sendable {
    /// "▁", which stands for a space and starts a word.
    static let space: UInt32 = 0x2581
    /// "▅": a character that is not covered. No piece holds it, nor may a text.
    static let unknown: UInt32 = 0x2585
    /// No piece holds it: where special tokens stood.
    static let boundary: UInt32 = 0

    let settings: SentencePieceTraining

    init(_ settings: SentencePieceTraining) { self.settings = settings }

    func allow(_ piece: some RandomAccessCollection<UInt32>) -> Bool {
        guard !piece.isEmpty, piece.count <= settings.maximalLength else { return false }
        var previous: UInt8?
        for (place, scalar) in piece.enumerated() {
            switch scalar {
            case Self.unknown, Self.boundary, 0x20: return false
            case Self.space:
                // At the start only; inside too where pieces reach across words, but never at the end.
                if place > 0, settings.splitsByWhitespace || place == piece.count - 1 { return false }
            default:
                let isDigit = Self.isDigit(scalar)
                if settings.splitsDigits && isDigit && piece.count > 1 { return false }
                let script = isDigit && !settings.splitsByNumber ? nil : Self.script(of: scalar, after: previous)
                if settings.splitsByScript, let script, let previous, script != previous { return false }
                previous = script
            }
        }
        return true
    }

    /// Japanese syllables count as Han; marks take the script of what they stand on; what has no script is common.
    private static func script(of scalar: UInt32, after previous: UInt8?) -> UInt8? {
        let script = UnicodeScripts.table[Int(scalar)]
        if script == inherited { return previous }
        if script == hiragana || script == katakana || scalar == 0x30FC { return han }
        return script == UnicodeScripts.any ? common : script
    }

    private static let common = UnicodeScripts.table[0x30]
    private static let inherited = UnicodeScripts.table[0x300]
    private static let han = UnicodeScripts.table[0x4E00]
    private static let hiragana = UnicodeScripts.table[0x3042]
    private static let katakana = UnicodeScripts.table[0x30A2]

    private static func isDigit(_ scalar: UInt32) -> Bool {
        (0x30 ... 0x39).contains(scalar) || (0xFF10 ... 0xFF19).contains(scalar)
    }
}
