import OrreryFiles

extension PipelineDecoder {
    /// Reads `decoder` of a `tokenizer.json`.
    ///
    /// - Throws: `FileError` or `TokenizerError` naming the field and what was expected.
    init(_ fields: JSONFields) throws {
        let counts = 0 ... Int(Int32.max)
        switch try fields.partType(PartTypes.decoders, orByMembers: PartTypes.decoderShapes) {
        case "BPEDecoder": self = .bpeDecoder(suffix: try fields.string("suffix"))
        case "ByteFallback": self = .byteFallback
        case "ByteLevel": self = .byteLevel(try ByteLevel(fields))
        case "CTC":
            self = .ctc(
                CTC(
                    padToken: try fields.string("pad_token"),
                    wordDelimiterToken: try fields.string("word_delimiter_token"),
                    cleanup: try fields.bool("cleanup")))
        case "Fuse": self = .fuse
        case "Metaspace": self = .metaspace(try Metaspace(fields))
        case "Replace": self = .replace(try Replace(fields))
        case "Sequence": self = .sequence(try fields.steps("decoders").map { try PipelineDecoder($0) })
        case "Strip":
            self = .strip(
                content: try fields.character("content"), start: try fields.int("start", in: counts),
                stop: try fields.int("stop", in: counts))
        case "WordPiece": self = .wordPiece(prefix: try fields.string("prefix"), cleanup: try fields.bool("cleanup"))
        default: throw fields.error("type", expected: "a decoder")
        }
    }

    /// As tokenizers writes it.
    var json: JSONValue {
        switch self {
        case .bpeDecoder(let suffix): ["type": "BPEDecoder", "suffix": .string(suffix)]
        case .byteFallback: ["type": "ByteFallback"]
        case .byteLevel(let byteLevel): byteLevel.json
        case .ctc(let ctc):
            [
                "type": "CTC", "pad_token": .string(ctc.padToken),
                "word_delimiter_token": .string(ctc.wordDelimiterToken),
                "cleanup": .bool(ctc.cleanup),
            ]
        case .fuse: ["type": "Fuse"]
        case .metaspace(let metaspace): metaspace.json
        case .replace(let replace): replace.json
        case .sequence(let steps): ["type": "Sequence", "decoders": .array(steps.map(\.json))]
        case .strip(let content, let start, let stop):
            ["type": "Strip", "content": .string(String(content)), "start": JSONValue(start), "stop": JSONValue(stop)]
        case .wordPiece(let prefix, let cleanup):
            ["type": "WordPiece", "prefix": .string(prefix), "cleanup": .bool(cleanup)]
        }
    }
}
