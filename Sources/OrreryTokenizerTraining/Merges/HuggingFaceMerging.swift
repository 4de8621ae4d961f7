import OrreryTokenizers

/// The rules of Hugging Face tokenizers' trainer (`src/models/bpe/trainer.rs`): of equally frequent pairs the one with
/// the smaller ids merges first, and two ways to one text lead to one token.
struct HuggingFaceMerging: MergePolicy {
    private(set) var texts: TokenTexts
    /// Characters of each token, without prefixes.
    private var lengths: [Int]
    /// Pairs whose token would have this many characters or more are not formed, but for pairs of single ones; nil
    /// forms all.
    let maximalLength: Int?
    /// What the second of two parts loses when they merge: "##".
    let continuingPrefix: [UInt8]

    /// - Parameter texts: special tokens and the alphabet.
    init(_ texts: TokenTexts, maximalLength: Int?, continuingPrefix: [UInt8] = []) {
        self.texts = texts
        self.maximalLength = maximalLength
        self.continuingPrefix = continuingPrefix
        lengths = [Int](repeating: 1, count: texts.count)
    }

    var count: Int { texts.count }

    @inline(__always)
    func isBefore(_ first: MergeCandidate, _ second: MergeCandidate) -> Bool {
        if first.count != second.count { return first.count > second.count }
        // One pair can be there twice; the order of its two candidates must be some order.
        return first.pair != second.pair ? first.pair < second.pair : first.words.lowerBound < second.words.lowerBound
    }

    @inline(__always)
    func allows(_ left: UInt32, _ right: UInt32) -> Bool {
        guard let maximalLength else { return true }
        let length = lengths[Int(left)] + lengths[Int(right)]
        return length < maximalLength || length == 2
    }

    mutating func merge(_ left: UInt32, _ right: UInt32) -> UInt32? {
        var second = texts[right][...]
        if !continuingPrefix.isEmpty, second.starts(with: continuingPrefix) {
            second = second.dropFirst(continuingPrefix.count)
        }
        let id = texts.add(texts[left] + second)
        if Int(id) == lengths.count { lengths.append(0) }
        lengths[Int(id)] = lengths[Int(left)] + lengths[Int(right)]
        return id
    }
}
