/// What `orrery train --tokenizer char|byte|bpe:SIZE|PATH` can say.
package enum TokenizerKind: Sendable, Hashable, CustomStringConvertible {
    /// The characters of the training text.
    case character
    /// The 256 bytes.
    case byte
    /// Byte-level byte-pair encoding with so many tokens, learnt from the training text.
    case bytePair(vocabularySize: Int)
    /// A saved one: a model directory or its `tokenizer.json`.
    case path(String)

    /// A file that happens to be called char or byte is reached as `./char`.
    package init(argument: String) {
        switch argument {
        case "char": self = .character
        case "byte": self = .byte
        default:
            let size = argument.hasPrefix("bpe:") ? Int(argument.dropFirst(4)) : nil
            self = size.map { .bytePair(vocabularySize: $0) } ?? .path(argument)
        }
    }

    package var description: String {
        switch self {
        case .character: "char"
        case .byte: "byte"
        case .bytePair(let size): "bpe:\(size)"
        case .path(let path): path
        }
    }
}
