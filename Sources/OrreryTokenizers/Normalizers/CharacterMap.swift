/// A compiled table of replacements: the longest rule that the text starts with gives what is read instead.
///
/// sentencepiece stores it as `precompiled_charsmap` (so do GGUF files and Hugging Face's Precompiled normalizer): four
/// bytes with the length of the trie, little-endian; the trie's units; the replacements, each ended by a zero byte. A
/// key's value is the place of its replacement.
///
/// Source: sentencepiece, `src/normalizer.cc`, DecodePrecompiledCharsMap and NormalizePrefix.
struct CharacterMap: Sendable {
    /// sentencepiece looks at no more rules that start a text.
    private static let longestChain = 32

    let trie: DoubleArrayTrie
    /// The replacements with their zero bytes.
    let replacements: [UInt8]

    /// - Throws: `TokenizerError` that says what is wrong; nothing of the blob is trusted.
    init(compiled blob: some Collection<UInt8>) throws {
        let bytes = Array(blob)
        guard bytes.count > 4 else { throw Self.wrong("at least 5 bytes", "\(bytes.count)") }
        let trieSize = bytes.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
        guard trieSize < bytes.count - 4, trieSize >= 1024, trieSize % 1024 == 0 else {
            throw Self.wrong(
                "a trie of whole kilobytes within the \(bytes.count - 4) bytes that follow", "\(trieSize) bytes")
        }
        guard bytes.last == 0 else { throw Self.wrong("a zero byte at the end", "\(bytes.last ?? 0)") }
        let units = bytes.withUnsafeBytes { bytes in
            (0 ..< trieSize / 4).map {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 + 4 * $0, as: UInt32.self))
            }
        }
        guard let trie = DoubleArrayTrie(validating: units) else {
            throw Self.wrong("a trie that stays inside itself", "another")
        }
        self.trie = trie
        replacements = Array(bytes[(4 + trieSize)...])
    }

    private static func wrong(_ expected: String, _ found: String) -> TokenizerError {
        .invalid("the precompiled charsmap is damaged: expected \(expected), found \(found)")
    }

    /// The bytes that a rule can start with.
    var firstBytes: [Bool] {
        trie.withWalker { walker in
            (0 ..< 256).map { byte in
                var node = DoubleArrayTrie.Walker.root
                return walker.step(UInt8(byte), from: &node)
            }
        }
    }

    /// The rule for the text from `start` on: how many bytes it reads, and where its replacement begins.
    @inline(__always)
    func rule(
        _ walker: DoubleArrayTrie.Walker, for text: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> (length: Int, replacement: Int)? {
        guard let (length, value) = walker.longestPrefix(of: text, from: start, limit: Self.longestChain),
            Int(value) < replacements.count
        else { return nil }
        return (length, Int(value))
    }
}
