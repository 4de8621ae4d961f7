/// Spaces become a visible character, one is put before a text, and words begin with it: sentencepiece's way.
///
/// Source: Hugging Face tokenizers, `src/pre_tokenizers/metaspace.rs`.
package struct Metaspace: Sendable, Hashable {
    package enum PrependScheme: String, Sendable, Hashable {
        /// Every stretch between added tokens.
        case always
        /// Only the start of the source.
        case first
        case never
    }

    package var replacement: Unicode.Scalar
    package var prependScheme: PrependScheme
    package var splits: Bool

    package init(replacement: Unicode.Scalar = "\u{2581}", prependScheme: PrependScheme = .always, splits: Bool = true)
    {
        self.replacement = replacement
        self.prependScheme = prependScheme
        self.splits = splits
    }

    func preTokenize(_ text: inout PreTokenizedString) {
        let symbol = Array(UTF8.encode(replacement)!)
        text.transform { transformation, piece in
            let source = transformation.source
            let isPrefixed = source[0] == 0x20 || source.starts(with: symbol)
            let isAsked = prependScheme == .always || prependScheme == .first && piece.originalStart == 0
            if isAsked && !isPrefixed { transformation.insertBeforeNext(symbol) }
            while transformation.position < source.count {
                let start = transformation.position
                var end = start
                while end < source.count, source[end] != 0x20 { end += 1 }
                if end > start { transformation.keep(end - start) }
                if end < source.count { transformation.replace(with: replacement.value) }
            }
        }
        if splits {
            text.split(.mergedWithNext) { (piece: UnsafeBufferPointer<UInt8>, emit: (Int, Int, Bool) -> Void) in
                var (last, position) = (0, 0)
                while position + symbol.count <= piece.count {
                    guard piece[position] == symbol[0],
                        symbol.indices.allSatisfy({ piece[position + $0] == symbol[$0] })
                    else {
                        position += 1
                        continue
                    }
                    if last < position { emit(last, position, false) }
                    emit(position, position + symbol.count, true)
                    position += symbol.count
                    last = position
                }
                if last < piece.count { emit(last, piece.count, false) }
            }
        }
    }
}
