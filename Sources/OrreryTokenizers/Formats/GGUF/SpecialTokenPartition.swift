/// Finds special tokens in a text as llama.cpp does: the longest token first, everywhere, then the next in what is
/// left.
///
/// That is not leftmost-longest: of "ab" and "bcd" in "abcd", "bcd" is found. llama.cpp searches the text once for each
/// token; here one walk finds every place where any token could be, and the places are then taken in its order.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llama_vocab::impl::tokenizer_st_partition.
struct SpecialTokenPartition: Sendable {
    enum Fragment: Equatable {
        case token(TokenID, Range<Int>)
        case text(Range<Int>)
    }

    private struct Token {
        let id: TokenID
        let length: Int
        let isMark: Bool
        let stripsLeft: Bool
        let stripsRight: Bool
    }

    private struct Place {
        let token: Int
        let start: Int
    }

    /// Longest first, then by id.
    private let tokens: [Token]
    private let trie: DoubleArrayTrie
    /// The place in `tokens` of each id.
    private let order: [TokenID: Int]
    private let startsToken: [Bool]

    init(_ vocabulary: GGUFVocabulary) {
        let ids = vocabulary.tokens.indices.filter {
            !vocabulary.attributes[$0].isDisjoint(with: [.control, .userDefined, .unknown])
        }.sorted { (vocabulary.tokens[$1].count, $0) < (vocabulary.tokens[$0].count, $1) }
        tokens = ids.map { id in
            let attributes = vocabulary.attributes[id]
            return Token(
                id: TokenID(id), length: vocabulary.tokens[id].count,
                isMark: !attributes.isDisjoint(with: [.control, .unknown]),
                stripsLeft: attributes.contains(.stripsLeft), stripsRight: attributes.contains(.stripsRight))
        }
        trie = DoubleArrayTrieBuilder.trie(of: vocabulary.tokens, ids: ids)
        order = Dictionary(uniqueKeysWithValues: tokens.enumerated().map { ($1.id, $0) })
        startsToken = ids.reduce(into: [Bool](repeating: false, count: 256)) {
            $0[Int(vocabulary.tokens[$1].first ?? 0)] = true
        }
    }

    /// The fragments of `text`, in order. Ordinary ones are never empty; spaces that a token took are in none.
    ///
    /// - Parameter parsesMarks: whether control and unknown tokens are looked for; those that users defined always are.
    func fragments(of text: UnsafeBufferPointer<UInt8>, parsesMarks: Bool) -> [Fragment] {
        var places = places(in: text, parsesMarks: parsesMarks)
        guard !places.isEmpty else { return text.isEmpty ? [] : [.text(text.indices)] }
        places.sort { ($0.token, $0.start) < ($1.token, $1.start) }
        var isTaken = [Bool](repeating: false, count: text.count)
        var found: [(id: TokenID, range: Range<Int>)] = []
        for place in places {
            let token = tokens[place.token]
            let range = place.start ..< place.start + token.length
            guard !isTaken[range].contains(true) else { continue }
            found.append((token.id, range))
            for byte in range { isTaken[byte] = true }
            if token.stripsLeft {
                var byte = range.lowerBound - 1
                while byte >= 0, !isTaken[byte], Self.isSpace(text[byte]) { isTaken[byte] = true; byte -= 1 }
            }
            if token.stripsRight {
                var byte = range.upperBound
                while byte < text.count, !isTaken[byte], Self.isSpace(text[byte]) { isTaken[byte] = true; byte += 1 }
            }
        }
        return Self.join(found.sorted { $0.range.lowerBound < $1.range.lowerBound }, isTaken)
    }

    private func places(in text: UnsafeBufferPointer<UInt8>, parsesMarks: Bool) -> [Place] {
        var places: [Place] = []
        trie.withWalker { walker in
            for start in text.indices where startsToken[Int(text[start])] {
                var node = DoubleArrayTrie.Walker.root
                var end = start
                while end < text.count, walker.step(text[end], from: &node) {
                    end += 1
                    let id = walker.value(at: node)
                    if id >= 0, let token = order[id], parsesMarks || !tokens[token].isMark {
                        places.append(Place(token: token, start: start))
                    }
                }
            }
        }
        return places
    }

    private static func join(_ found: [(id: TokenID, range: Range<Int>)], _ isTaken: [Bool]) -> [Fragment] {
        var fragments: [Fragment] = []
        func appendText(_ range: Range<Int>) {
            // The spaces that tokens took are at the edges.
            guard let first = range.first(where: { !isTaken[$0] }), let last = range.last(where: { !isTaken[$0] })
            else { return }
            fragments.append(.text(first ..< last + 1))
        }
        var end = 0
        for (id, range) in found {
            appendText(end ..< range.lowerBound)
            fragments.append(.token(id, range))
            end = range.upperBound
        }
        appendText(end ..< isTaken.count)
        return fragments
    }

    /// C's isspace in the C locale.
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09 ... 0x0D).contains(byte) }
}
