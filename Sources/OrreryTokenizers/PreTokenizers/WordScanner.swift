/// A pre-tokenisation pattern as code: cuts text into the words that a byte-pair model encodes one by one.
///
/// Each conforming type says which regular expression it stands for, and the tests run that expression beside it.
protocol WordScanner {
    /// The end of the word that starts at `start`, which is greater than `start`.
    ///
    /// - Precondition: `start` is inside the text.
    func endOfWord(in text: ScannedText, from start: Int) -> Int

    /// The length of the word at `start`, if it is one of ASCII letters, with what may lead it, and `sixteen` and the byte behind them
    /// show where it ends: the common case, without a branch to guess wrong. 0 where `endOfWord` has to look.
    ///
    /// - Precondition: `sixteen` are the bytes at `start`, and there is another behind them.
    func lengthOfPlainWord(in text: ScannedText, from start: Int, _ sixteen: SixteenBytes) -> Int
}
