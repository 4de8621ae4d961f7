/// A pre-tokenisation pattern as code: cuts text into the words that a byte-pair model encodes one by one.
///
/// Each conforming type says which regular expression it stands for, and the tests run that expression next to it.
protocol WordScanner {
    /// The end of the word that starts at `start`, which is greater than `start`.
    ///
    /// - Precondition: `start` is inside the text.
    func endOfWord(in text: ScannedText, from start: Int) -> Int

    /// Where words start in a block whose first byte starts one: position 0 and those further ones that hold whatever
    /// follows the block. Between two of them is a word as `endOfWord` would cut it.
    ///
    /// - Parameter text: the bytes of the block and two more.
    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64
}

/// No pattern: all of the text is one word.
struct WholeTextScanner: WordScanner {
    func endOfWord(in text: ScannedText, from start: Int) -> Int { text.count }

    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64 { 1 }
}
