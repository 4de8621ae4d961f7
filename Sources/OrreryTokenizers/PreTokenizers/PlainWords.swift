/// The words of ASCII letters, with what may lead them, that a look at seventeen bytes settles: most of a text, cut without a branch that
/// depends on how long they are.
struct PlainWords {
    /// By first byte, the least length of such a word: 1 where it is a letter itself, 2 where it may lead one, else 16, which is never.
    private let leastLength: UnsafePointer<UInt8>

    private init(lead isLead: (UInt8) -> Bool) {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        for byte in UInt8.min...UInt8.max {
            let isLetter = byte < 0x80 && CharacterClassTable.base[Int(byte)].contains(.letter)
            table[Int(byte)] = isLetter ? 1 : byte < 0x80 && isLead(byte) ? 2 : 16
        }
        leastLength = UnsafePointer(table)
    }

    /// ` ?\p{L}+`
    nonisolated(unsafe) static let afterSpace = PlainWords { $0 == UInt8(ascii: " ") }

    /// `[^\r\n\p{L}\p{N}]?\p{L}+`; an apostrophe may begin a contraction, which comes first.
    nonisolated(unsafe) static let afterAnything = PlainWords { byte in
        byte != UInt8(ascii: "'") && !CharacterClassTable.base[Int(byte)].intersects([.newline, .letter, .number])
    }

    /// The length of the word of letters at `start`; 0 where these bytes do not settle it.
    ///
    /// - Precondition: `sixteen` are the bytes at `start`, and there is another behind them.
    @inline(__always)
    func length(in text: ScannedText, from start: Int, _ sixteen: SixteenBytes) -> Int {
        let end = ASCIIMask.first(
            ~ASCIIMask.letters(sixteen.low) & ASCIIMask.all & ~0x80, ~ASCIIMask.letters(sixteen.high) & ASCIIMask.all)
        return settled(end, in: text, from: start)
    }

    /// The same where a word also ends before a capital that follows a small letter.
    @inline(__always)
    func casedLength(in text: ScannedText, from start: Int, _ sixteen: SixteenBytes) -> Int {
        let (low, high) = (ASCIIMask.lowercase(sixteen.low), ASCIIMask.lowercase(sixteen.high))
        let (lowCapitals, highCapitals) = (ASCIIMask.uppercase(sixteen.low), ASCIIMask.uppercase(sixteen.high))
        let end = ASCIIMask.first(
            ~(low | lowCapitals) & ASCIIMask.all & ~0x80 | lowCapitals & low &<< 8,
            ~(high | highCapitals) & ASCIIMask.all | highCapitals & (high &<< 8 | low &>> 56))
        // An apostrophe may begin a contraction, which belongs to the word.
        return text.bytes[start &+ end] == UInt8(ascii: "'") ? 0 : settled(end, in: text, from: start)
    }

    /// `length`, if there are enough letters, the word is no longer than a `WordKey`, and ASCII follows: other letters are not seen here.
    @inline(__always)
    private func settled(_ length: Int, in text: ScannedText, from start: Int) -> Int {
        let beyondLeast = length &- Int(leastLength[Int(text.bytes[start])])
        let belowMost = WordKey.maximalLength &- length
        let isASCII = -Int(text.bytes[start &+ length] &>> 7)
        return beyondLeast | belowMost | isASCII >= 0 ? length : 0
    }
}
