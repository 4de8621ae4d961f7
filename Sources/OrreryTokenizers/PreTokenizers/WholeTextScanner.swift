/// No pattern: all of the text is one word.
struct WholeTextScanner: WordScanner {
    @inline(__always)
    func endOfWord(in text: ScannedText, from start: Int) -> Int { text.count }

    @inline(__always)
    func lengthOfPlainWord(in text: ScannedText, from start: Int, _ sixteen: SixteenBytes) -> Int { 0 }
}
