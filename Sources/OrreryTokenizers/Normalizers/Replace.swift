/// Replaces what a pattern matches; a step of normalizers and, token by token, of decoders.
///
/// Source: Hugging Face tokenizers, `src/normalizers/replace.rs`.
package struct Replace: Sendable {
    package let pattern: TextPattern
    package let content: String
    private let contentBytes: [UInt8]

    package init(_ pattern: TextPattern, with content: String) {
        self.pattern = pattern
        self.content = content
        contentBytes = Array(content.utf8)
    }

    func normalize(_ string: inout NormalizedString) throws {
        try string.transform { transformation in
            let source = transformation.source
            try pattern.forEachMatch(in: source) { match in
                transformation.keep(match.lowerBound - transformation.position)
                transformation.skip(match.count)
                transformation.insert(contentBytes)
            }
            transformation.keep(source.count - transformation.position)
        }
    }

    /// `text` with the matches replaced.
    func replacing(in text: [UInt8]) throws -> [UInt8] {
        var result: [UInt8] = []
        try text.withUnsafeBufferPointer { text in
            // A byte that is not a text by itself, which only `Tokenizer.piece(for:)` asks about.
            guard text.wellFormedPrefixCount == text.count else { return result.append(contentsOf: text) }
            var position = 0
            try pattern.forEachMatch(in: text) { match in
                result.append(contentsOf: text[position ..< match.lowerBound])
                result.append(contentsOf: contentBytes)
                position = match.upperBound
            }
            result.append(contentsOf: text[position...])
        }
        return result
    }
}
