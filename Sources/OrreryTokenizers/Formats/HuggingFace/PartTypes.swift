import OrreryFiles

/// The types of a pipeline's parts, and the members by which tokenizers knows those without a type, in the order in
/// which it looks.
enum PartTypes {
    typealias Shape = (type: String, members: [String])

    static let normalizers = [
        "BertNormalizer", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip", "StripAccents", "Replace", "Prepend",
        "Precompiled", "ByteLevel", "Nmt", "Sequence",
    ]
    static let normalizerShapes: [Shape] = [
        ("BertNormalizer", ["clean_text", "handle_chinese_chars", "lowercase"]),
        ("Strip", ["strip_left", "strip_right"]), ("Sequence", ["normalizers"]),
        ("Replace", ["pattern", "content"]), ("Prepend", ["prepend"]),
    ]

    /// Each needs its type.
    static let preTokenizers = [
        "BertPreTokenizer", "ByteLevel", "CharDelimiterSplit", "Digits", "FixedLength", "Metaspace", "Punctuation",
        "Sequence", "Split", "UnicodeScripts",
        "Whitespace", "WhitespaceSplit",
    ]

    static let postProcessors = ["BertProcessing", "ByteLevel", "RobertaProcessing", "Sequence", "TemplateProcessing"]
    static let postProcessorShapes: [Shape] = [
        ("RobertaProcessing", ["sep", "cls", "trim_offsets", "add_prefix_space"]), ("BertProcessing", ["sep", "cls"]),
        ("TemplateProcessing", ["single", "pair", "special_tokens"]),
    ]

    static let decoders = [
        "BPEDecoder", "ByteFallback", "ByteLevel", "CTC", "Fuse", "Metaspace", "Replace", "Sequence", "Strip",
        "WordPiece",
    ]
    static let decoderShapes: [Shape] = [
        ("BPEDecoder", ["suffix"]), ("WordPiece", ["prefix", "cleanup"]),
        ("CTC", ["pad_token", "word_delimiter_token", "cleanup"]),
        ("Replace", ["pattern", "content"]), ("Strip", ["content", "start", "stop"]),
    ]

    /// What is odd about the types of the parts of a `tokenizer.json`, a line each.
    static func warnings(_ root: JSONFields) -> [String] {
        var lines: [String] = []
        func visit(_ value: JSONValue?, _ place: String, _ known: [String], _ steps: String) {
            guard case .object(let part)? = value else { return }
            if case .string(let type)? = part["type"] {
                if !known.contains(type) {
                    lines.append(
                        "field \"\(place).type\" is \(FileError.quoted(type)), which is not known; the part is read by its members"
                    )
                }
            } else {
                lines.append("field \"\(place)\" has no type; it is read by its members")
            }
            guard case .array(let parts)? = part[steps] else { return }
            for (index, part) in parts.enumerated() { visit(part, "\(place).\(steps)[\(index)]", known, steps) }
        }
        visit(root.object["normalizer"], "normalizer", normalizers, "normalizers")
        visit(root.object["post_processor"], "post_processor", postProcessors, "processors")
        visit(root.object["decoder"], "decoder", decoders, "decoders")
        if case .object(let model)? = root.object["model"], case .double(let dropout)? = model["dropout"], dropout > 0 {
            lines.append("field \"model.dropout\" is \(dropout); a text is encoded without dropout, the same each time")
        }
        return lines
    }
}
