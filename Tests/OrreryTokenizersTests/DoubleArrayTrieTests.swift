import OrreryRandom
import OrreryTokenizers
import Testing

@Suite struct DoubleArrayTrieTests {
    /// Every key is found with its value, and nothing else is: the prefixes of keys, and random strings, against a
    /// dictionary.
    @Test(arguments: [2, 26, 255] as [UInt8]) func findsWhatADictionaryFinds(letters: UInt8) throws {
        var dice = SplitMix64(seed: UInt64(letters))
        func string(_ longest: Int) -> [UInt8] {
            (0 ..< Int.random(in: 1 ... longest, using: &dice)).map { _ in UInt8.random(in: 1 ... letters, using: &dice)
            }
        }
        var keys = Set((0 ..< 20_000).map { _ in string(10) })
        keys.insert([UInt8](repeating: 1, count: 5000))
        let pieces = PieceTable(keys.sorted { $0.lexicographicallyPrecedes($1) })
        let values = Dictionary(uniqueKeysWithValues: pieces.indices.map { (Array(pieces[$0]), Int32($0)) })
        let trie = DoubleArrayTrieBuilder.trie(of: pieces, ids: Array(pieces.indices.shuffled(using: &dice)))
        #expect(DoubleArrayTrie(validating: trie.units) != nil)
        let texts = (0 ..< 20_000).map { _ in string(14) } + Array(keys) + [[0], [0, 1], [1, 0], []]
        var wrong = 0
        trie.withWalker { walker in
            for text in texts {
                let expected = (0 ... text.count).last { values[Array(text[..<$0])] != nil }
                let found = text.withUnsafeBufferPointer { walker.longestPrefix(of: $0, from: 0, limit: .max) }
                if found?.length != expected || found?.value != expected.flatMap({ values[Array(text[..<$0])] }) {
                    wrong += 1
                }
            }
        }
        #expect(wrong == 0)
    }

    @Test func anEmptySetHasNoKeys() {
        let trie = DoubleArrayTrieBuilder.trie(of: PieceTable(), ids: [])
        #expect(DoubleArrayTrie(validating: trie.units) != nil)
        for byte in 0 ... UInt8.max {
            #expect(
                [byte].withUnsafeBufferPointer { text in
                    trie.withWalker { $0.longestPrefix(of: text, from: 0, limit: 1) }
                } == nil)
        }
    }

    /// So many keys that offsets no longer fit 21 bits.
    @Test func severalMillionUnits() {
        var dice = SplitMix64(seed: 9)
        let pieces = PieceTable(
            Set((0 ..< 400_000).map { _ in (0 ..< 9).map { _ in UInt8.random(in: 1 ... 255, using: &dice) } }))
        let trie = DoubleArrayTrieBuilder.trie(of: pieces, ids: Array(pieces.indices))
        #expect(trie.units.count > 1 << 21)
        let wrong = trie.withWalker { walker in
            pieces.indices.count { id in
                Array(pieces[id]).withUnsafeBufferPointer { walker.longestPrefix(of: $0, from: 0, limit: .max) }?.value
                    != Int32(id)
            }
        }
        #expect(wrong == 0)
    }
}
