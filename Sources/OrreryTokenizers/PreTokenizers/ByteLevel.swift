/// GPT-2's way: words by its pattern, and each byte spelled in its alphabet. Also the name of a post-processor and a
/// decoder, which look at other members.
///
/// Source: Hugging Face tokenizers, `src/pre_tokenizers/byte_level.rs`.
package struct ByteLevel: Sendable, Hashable {
    /// Whether a space is put before a text that does not start with one.
    package var addsPrefixSpace: Bool
    /// Whether a token's place leaves out its spaces (as a post-processor).
    package var trimsOffsets: Bool
    /// Whether text is cut by GPT-2's pattern.
    package var usesRegex: Bool

    package init(addsPrefixSpace: Bool = true, trimsOffsets: Bool = true, usesRegex: Bool = true) {
        self.addsPrefixSpace = addsPrefixSpace
        self.trimsOffsets = trimsOffsets
        self.usesRegex = usesRegex
    }

    func preTokenize(_ text: inout PreTokenizedString) throws {
        if addsPrefixSpace {
            text.transform { transformation, _ in
                if transformation.source[0] != 0x20 { transformation.insertBeforeNext(CollectionOfOne(0x20)) }
                transformation.keep(transformation.source.count)
            }
        }
        if usesRegex {
            let scanner = GPT2Scanner()
            text.split(.isolated) { (piece: UnsafeBufferPointer<UInt8>, emit: (Int, Int, Bool) -> Void) in
                guard !piece.isEmpty else { return }
                let scanned = ScannedText(piece)
                var start = 0
                while start < piece.count {
                    let end = scanner.endOfWord(in: scanned, from: start)
                    emit(start, end, false)
                    start = end
                }
            }
        }
        ByteAlphabet.codes.withUnsafeBufferPointer { codes in
            text.transform { transformation, _ in
                while transformation.position < transformation.source.count {
                    transformation.replaceByte(with: codes[Int(transformation.source[transformation.position])])
                }
            }
        }
    }
}
