/// No pattern: all of the text is one word.
struct WholeTextScanner: WordScanner {
    func endOfWord(in text: ScannedText, from start: Int) -> Int { text.count }

    func wordStarts(in block: ASCIIBlock, _ text: UnsafePointer<UInt8>) -> UInt64 { 1 }
}
