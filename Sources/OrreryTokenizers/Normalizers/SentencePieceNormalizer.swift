/// What sentencepiece does to a text before its model sees it.
///
/// Replacements by the character map, leftmost and longest first; user-defined symbols pass untouched; spaces become
/// "▁" (U+2581), are merged, and one is added at the start or the end. Bytes that are no UTF-8 become U+FFFD, one each.
///
/// Source: sentencepiece, `src/normalizer.cc`, Normalizer::Normalize.
package struct SentencePieceNormalizer: Sendable {
    /// How many user-defined symbols that start a text sentencepiece looks at, shortest first.
    private static let longestChain = 64
    static let spaceSymbol: [UInt8] = [0xE2, 0x96, 0x81]
    private static let replacementCharacter: [UInt8] = [0xEF, 0xBF, 0xBD]

    let settings: SentencePieceModel.NormalizerSettings
    /// Whether the space belongs to the end of a word, and the added one to the end of the text.
    let treatsWhitespaceAsSuffix: Bool
    private let map: CharacterMap?
    private let symbols: DoubleArrayTrie?
    /// The bytes that are a character of their own and that no rule and no symbol starts with, the space excepted.
    private let isPlain: [Bool]

    /// - Parameter symbols: the user-defined symbols; nil if there are none.
    init(
        _ settings: SentencePieceModel.NormalizerSettings, treatsWhitespaceAsSuffix: Bool, symbols: DoubleArrayTrie?
    ) throws {
        self.settings = settings
        self.treatsWhitespaceAsSuffix = treatsWhitespaceAsSuffix
        self.symbols = symbols
        map = try settings.characterMap.isEmpty ? nil : CharacterMap(compiled: settings.characterMap)
        var isPlain = (0 ..< 256).map { $0 < 0x80 && $0 != 0x20 }
        let starts = [map?.firstBytes, symbols.map(Self.firstBytes)].compactMap { $0 }
        for byte in 0 ..< 128 where starts.contains(where: { $0[byte] }) { isPlain[byte] = false }
        self.isPlain = isPlain
    }

    /// For models without symbols of their own whose spaces start words.
    package init(_ settings: SentencePieceModel.NormalizerSettings) throws {
        try self.init(settings, treatsWhitespaceAsSuffix: false, symbols: nil)
    }

    private static func firstBytes(of trie: DoubleArrayTrie) -> [Bool] {
        trie.withWalker { walker in
            (0 ..< 256).map { byte in
                var node = DoubleArrayTrie.Walker.root
                return walker.step(UInt8(byte), from: &node)
            }
        }
    }

    /// Whether what comes out is UTF-8, given that the symbols are.
    var givesValidUTF8: Bool { map.map { String(validating: $0.replacements, as: UTF8.self) != nil } ?? true }

    /// The bytes that are written for a space.
    var space: [UInt8] { settings.escapesWhitespaces ? Self.spaceSymbol : [0x20] }

    package func normalize(_ text: UnsafeBufferPointer<UInt8>, recordsOrigins: Bool) -> NormalizedText {
        guard !text.isEmpty else { return NormalizedText() }
        var run = Run(normalizer: self, text: text, recordsOrigins: recordsOrigins)
        return run.result()
    }

    /// What stands at one place of the text.
    enum Piece {
        /// These bytes of the text.
        case text(length: Int)
        /// A rule's replacement for these bytes.
        case replacement(at: Int, length: Int)
        /// A byte that is no UTF-8.
        case invalid
    }

    @inline(__always)
    fileprivate func piece(of text: UnsafeBufferPointer<UInt8>, at position: Int) -> Piece {
        if let symbol = symbols?.withWalker({ $0.longestPrefix(of: text, from: position, limit: Self.longestChain) }) {
            return .text(length: symbol.length)
        }
        if let map, let rule = map.trie.withWalker({ map.rule($0, for: text, from: position) }) {
            return .replacement(at: rule.replacement, length: rule.length)
        }
        guard case .scalar(_, let length) = UTF8Step(text, at: position) else { return .invalid }
        return .text(length: length)
    }

    /// One text on its way through.
    private struct Run {
        let normalizer: SentencePieceNormalizer
        let text: UnsafeBufferPointer<UInt8>
        let recordsOrigins: Bool
        let space: [UInt8]
        let removesSpaces: Bool
        var position = 0
        var output = NormalizedText()
        var isAfterSpace: Bool

        init(normalizer: SentencePieceNormalizer, text: UnsafeBufferPointer<UInt8>, recordsOrigins: Bool) {
            (self.normalizer, self.text, self.recordsOrigins) = (normalizer, text, recordsOrigins)
            space = normalizer.space
            removesSpaces = normalizer.settings.removesExtraWhitespaces
            isAfterSpace = removesSpaces
        }

        mutating func result() -> NormalizedText {
            if removesSpaces { skipLeadingSpaces() }
            guard position < text.count else { return NormalizedText() }
            output.bytes.reserveCapacity(text.count + text.count / 2)
            if recordsOrigins { output.origins.reserveCapacity(text.count + text.count / 2) }
            let addsSpace = normalizer.settings.addsDummyPrefix
            if addsSpace && !normalizer.treatsWhitespaceAsSuffix { appendSpace() }
            let isPlain = normalizer.isPlain
            isPlain.withUnsafeBufferPointer { isPlain in
                while position < text.count {
                    let start = position
                    while position < text.count, isPlain[Int(text[position])] { position += 1 }
                    if position > start { appendPlain(start) } else { appendPiece() }
                }
            }
            if removesSpaces { removeTrailingSpaces() }
            if addsSpace && normalizer.treatsWhitespaceAsSuffix { appendSpace() }
            if recordsOrigins { output.origins.append(position) }
            return output
        }

        /// Passes over what reads as one space exactly.
        private mutating func skipLeadingSpaces() {
            while position < text.count {
                switch normalizer.piece(of: text, at: position) {
                case .text(let length) where length == 1 && text[position] == 0x20: position += length
                case .replacement(let start, let length) where replacement(start) == [0x20]: position += length
                default: return
                }
            }
        }

        private mutating func appendSpace() {
            output.bytes.append(contentsOf: space)
            if recordsOrigins { output.origins.append(contentsOf: repeatElement(position, count: space.count)) }
        }

        private mutating func appendPlain(_ start: Int) {
            output.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start ..< position]))
            if recordsOrigins { output.origins.append(contentsOf: start ..< position) }
            isAfterSpace = false
        }

        private mutating func appendPiece() {
            switch normalizer.piece(of: text, at: position) {
            case .text(let length):
                append(UnsafeBufferPointer(rebasing: text[position ..< position + length]))
                position += length
            case .replacement(let start, let length):
                replacement(start).withUnsafeBufferPointer { append($0) }
                position += length
            case .invalid:
                SentencePieceNormalizer.replacementCharacter.withUnsafeBufferPointer { append($0) }
                position += 1
            }
            if !removesSpaces { isAfterSpace = false }
        }

        private func replacement(_ start: Int) -> ArraySlice<UInt8> {
            guard let replacements = normalizer.map?.replacements else { return [] }
            return replacements[start...].prefix { $0 != 0 }
        }

        private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
            var first = 0
            if isAfterSpace { while first < bytes.count, bytes[first] == 0x20 { first += 1 } }
            guard first < bytes.count else { return }
            for byte in bytes[first...] {
                if byte == 0x20 {
                    appendSpace()
                } else {
                    output.bytes.append(byte)
                    if recordsOrigins { output.origins.append(position) }
                }
            }
            isAfterSpace = bytes[bytes.count - 1] == 0x20
        }

        private mutating func removeTrailingSpaces() {
            while output.bytes.count >= space.count, output.bytes.suffix(space.count).elementsEqual(space) {
                output.bytes.removeLast(space.count)
                if recordsOrigins {
                    position = output.origins[output.bytes.count]
                    output.origins.removeLast(space.count)
                }
            }
        }
    }
}

/// Text as a model reads it, and where in the source each of its bytes is from.
package struct NormalizedText {
    package var bytes: [UInt8] = []
    /// For each byte the offset in the source of the character that it is made from, and one more for the end; empty
    /// unless asked for.
    var origins: [Int] = []
}
