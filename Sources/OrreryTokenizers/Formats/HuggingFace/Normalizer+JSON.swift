import Foundation
import OrreryFiles

extension Normalizer {
    /// Reads `normalizer` of a `tokenizer.json`.
    ///
    /// - Throws: `FileError` or `TokenizerError` naming the field and what was expected.
    init(_ fields: JSONFields) throws {
        switch try fields.partType(PartTypes.normalizers, orByMembers: PartTypes.normalizerShapes) {
        case "BertNormalizer":
            self = .bertNormalizer(
                BertNormalizer(
                    cleansText: try fields.bool("clean_text"),
                    handlesChineseCharacters: try fields.bool("handle_chinese_chars"),
                    stripsAccents: try fields.boolIfPresent("strip_accents"), lowercases: try fields.bool("lowercase")))
        case "NFC": self = .nfc
        case "NFD": self = .nfd
        case "NFKC": self = .nfkc
        case "NFKD": self = .nfkd
        case "Lowercase": self = .lowercase
        case "Strip": self = .strip(left: try fields.bool("strip_left"), right: try fields.bool("strip_right"))
        case "StripAccents": self = .stripAccents
        case "Replace": self = .replace(try Replace(fields))
        case "Prepend": self = .prepend(try fields.string("prepend"))
        case "Precompiled":
            guard let charsmap = Data(base64Encoded: try fields.string("precompiled_charsmap")) else {
                throw fields.error("precompiled_charsmap", expected: "base 64")
            }
            self = .precompiled(
                try fields.naming("precompiled_charsmap") { try Precompiled(charsmap: Array(charsmap)) })
        case "ByteLevel": self = .byteLevel
        case "Nmt": self = .nmt
        case "Sequence": self = .sequence(try fields.steps("normalizers").map { try Normalizer($0) })
        default: throw fields.error("type", expected: "a normalizer")
        }
    }

    /// As tokenizers writes it.
    var json: JSONValue {
        switch self {
        case .bertNormalizer(let bert):
            [
                "type": "BertNormalizer", "clean_text": .bool(bert.cleansText),
                "handle_chinese_chars": .bool(bert.handlesChineseCharacters),
                "strip_accents": bert.stripsAccents.map { .bool($0) } ?? .null, "lowercase": .bool(bert.lowercases),
            ]
        case .nfc: ["type": "NFC"]
        case .nfd: ["type": "NFD"]
        case .nfkc: ["type": "NFKC"]
        case .nfkd: ["type": "NFKD"]
        case .lowercase: ["type": "Lowercase"]
        case .strip(let left, let right): ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
        case .stripAccents: ["type": "StripAccents"]
        case .replace(let replace): replace.json
        case .prepend(let text): ["type": "Prepend", "prepend": .string(text)]
        case .precompiled(let precompiled):
            ["type": "Precompiled", "precompiled_charsmap": .string(Data(precompiled.charsmap).base64EncodedString())]
        case .byteLevel: ["type": "ByteLevel"]
        case .nmt: ["type": "Nmt"]
        case .sequence(let steps): ["type": "Sequence", "normalizers": .array(steps.map(\.json))]
        }
    }
}

extension Replace {
    init(_ fields: JSONFields) throws { self.init(try TextPattern(fields), with: try fields.string("content")) }

    var json: JSONValue { ["type": "Replace", "pattern": pattern.json, "content": .string(content)] }
}

extension TextPattern {
    /// Reads `pattern`: `{"String": "..."}` or `{"Regex": "..."}`.
    init(_ fields: JSONFields) throws {
        let pattern = try fields.fields("pattern")
        if let text = try pattern.stringIfPresent("String") {
            try self.init(.string(text))
        } else if let regex = try pattern.stringIfPresent("Regex") {
            self = try fields.naming("pattern.Regex") { try TextPattern(.regex(regex)) }
        } else {
            throw fields.error("pattern", expected: "an object with String or Regex")
        }
    }

    var json: JSONValue {
        switch source {
        case .string(let text): ["String": .string(text)]
        case .regex(let regex): ["Regex": .string(regex)]
        }
    }
}
