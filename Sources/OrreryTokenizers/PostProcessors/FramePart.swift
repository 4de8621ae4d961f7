/// A part of what a post-processor makes: a special token, or a text's tokens.
enum FramePart: Sendable, Equatable {
    case special(TokenID, type: Int)
    case text(Text)

    struct Text: Sendable, Equatable {
        /// 0 for the first text, 1 for the second.
        var number: Int
        var type: Int
        /// How spaces are left out of places, time and again.
        var trims: [Trim] = []
    }

    struct Trim: Sendable, Equatable {
        var addsPrefixSpace: Bool
        /// Whether the text's first token is the first of all.
        var isFirst: Bool
    }

    func ofType(_ type: Int) -> FramePart {
        switch self {
        case .special(let id, _): return .special(id, type: type)
        case .text(var text):
            text.type = type
            return .text(text)
        }
    }

    static func trimming(_ parts: [FramePart], addsPrefixSpace: Bool) -> [FramePart] {
        parts.enumerated().map { index, part in
            guard case .text(var text) = part else { return part }
            text.trims.append(Trim(addsPrefixSpace: addsPrefixSpace, isFirst: index == 0))
            return .text(text)
        }
    }
}

/// A special token as post-processors name it: its text and its id.
package struct SpecialToken: Sendable, Hashable {
    package var content: String
    package var id: TokenID

    package init(_ content: String, id: TokenID) { (self.content, self.id) = (content, id) }

    func part(_ type: Int) -> FramePart { .special(id, type: type) }
}

/// BERT's frame: `[CLS] A [SEP]`, `[CLS] A [SEP] B [SEP]`.
///
/// Source: Hugging Face tokenizers, `src/processors/bert.rs`.
package struct BertProcessing: Sendable, Hashable {
    package var sep: SpecialToken
    package var cls: SpecialToken

    package init(sep: SpecialToken, cls: SpecialToken) { (self.sep, self.cls) = (sep, cls) }
}

/// RoBERTa's frame: `<s> A </s>`, `<s> A </s></s> B </s>`, all of type 0.
///
/// Source: Hugging Face tokenizers, `src/processors/roberta.rs`.
package struct RobertaProcessing: Sendable, Hashable {
    package var sep: SpecialToken
    package var cls: SpecialToken
    package var trimsOffsets: Bool
    package var addsPrefixSpace: Bool

    package init(sep: SpecialToken, cls: SpecialToken, trimsOffsets: Bool = true, addsPrefixSpace: Bool = true) {
        (self.sep, self.cls, self.trimsOffsets, self.addsPrefixSpace) = (sep, cls, trimsOffsets, addsPrefixSpace)
    }
}
