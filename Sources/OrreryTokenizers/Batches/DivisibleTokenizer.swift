/// A tokenizer that knows places where a text may be cut so that the tokens of the parts, one after the other, are
/// those of the whole.
protocol DivisibleTokenizer: Tokenizer {
    /// The tokens before and after a text.
    var frame: (prefix: [TokenID], suffix: [TokenID]) { get }

    /// How many bytes from the start of `text` may have cuts between them; 0 if there can be none.
    func divisibleCount(of text: UnsafeBufferPointer<UInt8>) -> Int
}

/// Where texts may be cut for byte-pair encoding: in front of a space or a line feed that follows a letter or a digit.
///
/// There a word ends in every pattern with a scanner (`WordSplitter.cutsBetweenWords`): none goes on from a letter or a
/// digit with white space, none looks back, and a word that ends in a letter or a digit needs no look at what follows.
/// Neither does Normalization Form C join a space to what is before it.
struct TextParts {
    private let text: UnsafeBufferPointer<UInt8>
    private let divisible: Int
    private let size: Int
    private var start = 0

    /// - Parameters:
    ///   - divisible: the bytes from the start that may have cuts between them.
    ///   - size: the least bytes of a part.
    init(_ text: UnsafeBufferPointer<UInt8>, divisible: Int, size: Int) {
        precondition(size > 0)
        (self.text, self.divisible, self.size) = (text, divisible, size)
    }

    /// The next part; nil at the end. Of an empty text there is none.
    mutating func next() -> Range<Int>? {
        guard start < text.count else { return nil }
        var end = start + min(size, text.count - start)
        while end < divisible, !canCut(at: end) { end += 1 }
        if end >= divisible { end = text.count }
        defer { start = end }
        return start ..< end
    }

    private func canCut(at place: Int) -> Bool {
        guard text[place] == 0x20 || text[place] == 0x0A else { return false }
        var before = place - 1
        while before > 0, text[before] & 0xC0 == 0x80, before > place - 4 { before -= 1 }
        guard case .scalar(let scalar, let length) = UTF8Step(text, at: before), before + length == place else {
            return false
        }
        return CharacterClassTable.llamaCpp.base[Int(scalar.value)].intersects([.letter, .number])
    }
}

extension AddedTokens {
    /// Whether a cut in front of white space may fall into one of these, or next to one that takes the spaces around it.
    var reachAcrossSpaces: Bool { contains { !$0.isPlain || $0.content.utf8.contains { $0 == 0x20 || $0 == 0x0A } } }
}

extension BytePairTokenizer: DivisibleTokenizer {
    var frame: (prefix: [TokenID], suffix: [TokenID]) { settings.frame }

    func divisibleCount(of text: UnsafeBufferPointer<UInt8>) -> Int {
        guard splitter.cutsBetweenWords, !addedTokens.reachAcrossSpaces else { return 0 }
        return settings.malformedText == .endsWords ? text.wellFormedPrefixCount : text.count
    }
}

extension GGUFTokenizer: DivisibleTokenizer {
    func divisibleCount(of text: UnsafeBufferPointer<UInt8>) -> Int {
        let strips = vocabulary.attributes.contains { !$0.isDisjoint(with: [.stripsLeft, .stripsRight]) }
        guard let bytePairs, bytePairs.splitter.cutsBetweenWords, !addedTokens.reachAcrossSpaces, !strips else {
            return 0
        }
        return text.count
    }
}
