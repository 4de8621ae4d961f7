import Foundation
import OrreryFiles
import OrreryRandom
import OrreryTokenizers
import Testing

/// The tokenizer of a GGUF file of some kind, and what may be wrong with it.
struct FuzzedVocabulary: Sendable, CustomTestStringConvertible {
    let name: String
    private let model: String
    private var tokens: [[UInt8]]
    private var scores: [Float]
    private var types: [Int32]
    private var merges: [[UInt8]]
    private var characterMap: [UInt8] = []
    private var others: [(key: String, value: GGUFValue)]
    /// Keys that are left out.
    private var missing: Set<String> = []

    var testDescription: String { name }

    private static let bytes: [String] = {
        let plain = Set(Array(0x21 ... 0x7E) + Array(0xA1 ... 0xAC) + Array(0xAE ... 0xFF))
        let others = (0 ..< 256).filter { !plain.contains($0) }
        return (0 ..< 256).map { byte in
            let code: Int = others.firstIndex(of: byte).map { 0x100 + $0 } ?? byte
            return String(Character(Unicode.Scalar(UInt32(code))!))
        }
    }()

    static let bytePieces: [String] = (0 ..< 256).map { (byte: Int) -> String in
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x" + (byte < 16 ? "0" : "") + digits + ">"
    }

    /// RWKV's tokens are written as Python writes strings.
    private static let symbols: [String] = (1 ..< 128).map { (code: Int) -> String in
        switch code {
        case 10: return "'\\n'"
        case 39: return "\"'\""
        case 92: return "'\\\\'"
        default: return "'" + String(Unicode.Scalar(UInt8(code))) + "'"
        }
    }

    static let all: [FuzzedVocabulary] = {
        let marks: [String] = ["<unk>", "<s>", "</s>", "<pad>"],
            words: [String] = ["▁", "a", "b", "ab", "ba", "▁ab", "é", "h", "llo", "  ", "漢字", "▁▁"]
        let scored: [String] = marks + words + bytePieces
        let pairs: [String] = bytes + ["ab", "Ġa", "Ġab", "<|end|>", "<mark>"],
            letters: [String] = ["<dna>", "</dna>", "<oov>", "ACGTAC\u{E000}", "GTTAAA\u{E000}"]
        let merges: [String] = ["a b", "Ġ a", "Ġ ab", "Ġa b"], texts: [String] = ["a b", "▁ ab", "▁ ▁", "b a"]
        let wordPieces: [String] = [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "▁a", "▁b", "b", "▁ab", "▁h", "▁é", "llo", "▁漢",
        ]
        let longest: [String] = ["<s>"] + symbols + ["'ab'", "b'\\xe6\\xbc'", "'é'"]
        var all: [FuzzedVocabulary] = []
        for pre in ["gpt-2", "llama-bpe", "deepseek-v3", "tekken"] {
            all.append(FuzzedVocabulary(pre, "gpt2", pairs, merges: merges, pre: pre))
        }
        all.append(FuzzedVocabulary("llama", "llama", scored))
        all.append(FuzzedVocabulary("t5", "t5", ["<pad>", "</s>", "<unk>"] + words))
        all.append(
            FuzzedVocabulary(
                "bert", "bert", wordPieces, ids: ["cls": 2, "bos": 2, "unknown": 1, "seperator": 3, "mask": 4]))
        all.append(
            FuzzedVocabulary("gemma4", "gemma4", scored, merges: texts, ids: ["bos": 1, "eos": 2, "unknown": 0]))
        all.append(FuzzedVocabulary("rwkv", "rwkv", longest))
        all.append(FuzzedVocabulary("plamo2", "plamo2", scored))
        all.append(FuzzedVocabulary("none", "no_vocab", ["a"]))
        all.append(FuzzedVocabulary("hybriddna", "hybriddna", pairs + letters, merges: merges, pre: "gpt-2"))
        all.append(FuzzedVocabulary("whitespace", "whitespace", pairs, merges: merges, pre: "gpt-2"))
        return all
    }()

    private init(
        _ name: String, _ model: String, _ tokens: [String], merges: [String] = [], pre: String? = nil,
        ids: [String: UInt32] = [:]
    ) {
        (self.name, self.model) = (name, model)
        self.tokens = tokens.map { Array($0.utf8) }
        scores = tokens.indices.map { -Float($0 % 17) }
        types = tokens.map { token -> Int32 in
            switch token {
            case "<unk>", "[UNK]": 2
            case "<mark>": 4
            default:
                token.hasPrefix("<0x")
                    ? 6 : token.utf8.count > 2 && (token.hasPrefix("<") || token.hasPrefix("[")) ? 3 : 1
            }
        }
        self.merges = merges.map { Array($0.utf8) }
        others = [("general.architecture", .string("llama")), ("llama.vocab_size", .uint32(UInt32(tokens.count)))]
        if let pre { others.append(("tokenizer.ggml.pre", .string(pre))) }
        for (key, id) in ids { others.append(("tokenizer.ggml.\(key)_token_id", .uint32(id))) }
    }

    var pairs: [(key: String, value: GGUFValue)] {
        var pairs = others
        pairs.append(("tokenizer.ggml.model", .string(model)))
        if model != "no_vocab" {
            pairs.append(("tokenizer.ggml.tokens", .array(GGUFArray(stringBytes: tokens))))
            pairs.append(("tokenizer.ggml.scores", .array(GGUFArray(scores))))
            pairs.append(("tokenizer.ggml.token_type", .array(GGUFArray(types))))
        }
        if !merges.isEmpty { pairs.append(("tokenizer.ggml.merges", .array(GGUFArray(stringBytes: merges)))) }
        if !characterMap.isEmpty {
            pairs.append(("tokenizer.ggml.precompiled_charsmap", .array(GGUFArray(bytes: characterMap))))
        }
        return pairs.filter { !missing.contains($0.key) }
    }

    // MARK: What goes wrong

    private static let roles = [
        "bos", "eos", "eot", "eom", "unknown", "seperator", "padding", "mask", "cls", "fim_pre", "fim_suf", "fim_mid",
        "prefix",
    ]
    private static let flags = [
        "add_bos_token", "add_eos_token", "add_sep_token", "add_space_prefix", "remove_extra_whitespaces",
        "escape_whitespaces", "normalizer.lowercase", "normalizer.strip_accents",
    ]
    private static let ways = [
        "default", "llama-bpe", "gpt-2", "qwen2", "qwen35", "tekken", "command-r", "starcoder", "falcon",
        "deepseek-llm", "gpt-4o", "gemma4", "granite-embed-multi-311m", "sarvam-moe", "viking",
        "youtu", "glm4", "jina-v2-code", "bloom", "superbpe", "exaone-moe", "mpt", "poro-chat", "kimi-k2", "", "x",
    ]

    mutating func mutate(_ dice: inout SplitMix64) {
        for _ in 0 ..< Int.random(in: 1 ... 4, using: &dice) { mutateOnce(&dice) }
    }

    private mutating func mutateOnce(_ dice: inout SplitMix64) {
        let token = tokens.indices.randomElement(using: &dice) ?? 0
        switch Int.random(in: 0 ..< 14, using: &dice) {
        case 0 where !tokens.isEmpty: tokens[token] = fuzzedText(tokens, &dice)
        case 1: tokens.insert(fuzzedText(tokens, &dice), at: Int.random(in: 0 ... tokens.count, using: &dice))
        case 2 where !tokens.isEmpty: tokens.remove(at: token)
        case 3 where !scores.isEmpty: scores[scores.indices.randomElement(using: &dice)!] = fuzzedScore(&dice)
        case 4 where !types.isEmpty:
            types[types.indices.randomElement(using: &dice)!] = [0, 1, 2, 3, 4, 5, 6, 7, -1, .max, .min].randomElement(
                using: &dice)!
        case 5: types = types.map { _ in Int32.random(in: 0 ... 7, using: &dice) }
        case 6 where !merges.isEmpty:
            merges[merges.indices.randomElement(using: &dice)!] = fuzzedText(merges + tokens, &dice)
        case 7: merges.append(fuzzedText(tokens, &dice) + [0x20] + fuzzedText(tokens, &dice))
        case 8:
            let ids: [GGUFValue] = [
                .uint32(UInt32(token)), .uint32(.max), .int32(-1), .int64(.min), .uint64(.max),
                .uint32(UInt32(tokens.count)), .float32(.nan), .bool(true), .string("1"), .uint8(0),
            ]
            set("tokenizer.ggml.\(Self.roles.randomElement(using: &dice)!)_token_id", ids.randomElement(using: &dice)!)
        case 9:
            set(
                "tokenizer.ggml.\(Self.flags.randomElement(using: &dice)!)",
                [.bool(true), .bool(false), .bool(true), .uint8(2)].randomElement(using: &dice)!)
        case 10: set("tokenizer.ggml.pre", .string(Self.ways.randomElement(using: &dice)!))
        case 11:
            missing.insert(
                "tokenizer.ggml.\(["scores", "token_type", "merges", "pre", "tokens"].randomElement(using: &dice)!)")
        case 12:
            // A trie of one kilobyte whose units are anything, and texts behind it.
            characterMap =
                [0, 4, 0, 0] + (0 ..< 1024).map { _ in UInt8.random(in: 0 ... 255, using: &dice) } + [
                    0x61, 0, 0xE9, 0, 0,
                ]
            if Bool.random(using: &dice) {
                for unit in 0 ..< 256 {
                    characterMap.replaceSubrange(
                        4 + unit * 4 + 1 ..< 4 + unit * 4 + 4,
                        with: [UInt8.random(in: 0 ... 3, using: &dice) << 2, 0, 0])
                }
            }
        default:
            set(
                "llama.vocab_size",
                [.uint32(.max), .int32(-5), .uint64(.max), .uint32(0), .uint32(3)].randomElement(using: &dice)!)
        }
    }

    private mutating func set(_ key: String, _ value: GGUFValue) {
        others.removeAll { $0.key == key }
        others.append((key, value))
    }
}

/// A small SentencePiece model with errors.
struct FuzzedModel {
    private(set) var model: SentencePieceModel
    private var tail: [UInt8] = []

    init(_ kind: SentencePieceModel.Kind, _ dice: inout SplitMix64) {
        model = SentencePieceModel(kind: kind)
        let hasBytes = Bool.random(using: &dice)
        model.hasByteFallback = hasBytes
        typealias Piece = (text: [UInt8], score: Float, type: SentencePieceModel.PieceType)
        var pieces: [Piece] = [
            (Array("<unk>".utf8), 0, .unknown), (Array("<s>".utf8), 0, .control), (Array("</s>".utf8), 0, .control),
        ]
        for (rank, piece) in ["▁", "a", "b", "ab", "▁ab", "ba", "é", "h", "llo", "漢字", "  "].enumerated() {
            pieces.append((Array(piece.utf8), -Float(rank), .normal))
        }
        pieces.append((Array("<user>".utf8), 0, .userDefined))
        if hasBytes { for piece in FuzzedVocabulary.bytePieces { pieces.append((Array(piece.utf8), 0, .byte)) } }
        for _ in 0 ..< Int.random(in: 0 ... 4, using: &dice) {
            let place = Int.random(in: 0 ..< min(20, pieces.count), using: &dice)
            switch Int.random(in: 0 ..< 6, using: &dice) {
            case 0: pieces[place].text = fuzzedText(pieces.map(\.text), &dice)
            case 1: pieces[place].score = fuzzedScore(&dice)
            case 2:
                pieces[place].type = [.normal, .unknown, .control, .userDefined, .unused, .byte].randomElement(
                    using: &dice)!
            case 3: pieces.remove(at: place)
            case 4:
                let types: [SentencePieceModel.PieceType] = [.normal, .userDefined, .unused]
                pieces.append(
                    (fuzzedText(pieces.map(\.text), &dice), fuzzedScore(&dice), types.randomElement(using: &dice)!))
            default:
                // Fields that are there twice, of another type, or that no file has.
                tail += [
                    [0x12, 2, 0x18, UInt8.random(in: 0 ... 9, using: &dice)], [0xA3, 6, 0xA8, 6, 1, 0xA4, 6],
                    [0x12, 3, 0xC0, 1, 1], [0x1A, 2, 0x18, 0], [0x28, 1], [0x0A, 0],
                ]
                .randomElement(using: &dice)!
            }
        }
        for piece in pieces { model.append(piece.text, score: piece.score, type: piece.type) }
        model.normalizerSettings.addsDummyPrefix = Bool.random(using: &dice)
        model.normalizerSettings.removesExtraWhitespaces = Bool.random(using: &dice)
        model.normalizerSettings.escapesWhitespaces = Bool.random(using: &dice)
        model.treatsWhitespaceAsSuffix = Int.random(in: 0 ..< 4, using: &dice) == 0
    }

    var bytes: [UInt8] { model.encoded + tail }
}

/// A text that may be empty, another's, part of one, not UTF-8, long, or mean something by its spelling.
private func fuzzedText(_ texts: [[UInt8]], _ dice: inout SplitMix64) -> [UInt8] {
    let other = texts.randomElement(using: &dice) ?? []
    switch Int.random(in: 0 ..< 9, using: &dice) {
    case 0: return []
    case 1: return other
    case 2: return other + (texts.randomElement(using: &dice) ?? [])
    case 3: return Array(other.dropLast())
    case 4: return (0 ..< Int.random(in: 1 ... 5, using: &dice)).map { _ in UInt8.random(in: 0 ... 255, using: &dice) }
    case 5: return [UInt8](repeating: 0x61, count: [64, 300, 9000].randomElement(using: &dice)!)
    case 6:
        return Array(
            [
                "<0x41>", "<0xZZ>", "<|im_end|>", "</s>", "▁", "▁▁▁", "<dna>", "acgtac\u{E000}", "'\\x'", "b'\\xff'",
                "\u{0}", "[PAD5]", "Ġ", "#", "##b", "<|fim_prefix|>", "\u{301}",
            ]
            .randomElement(using: &dice)!.utf8)
    case 7: return other + [0xE2, 0x96]
    default: return Array(String(Character(Unicode.Scalar(UInt32.random(in: 1 ... 0xD7FF, using: &dice))!)).utf8)
    }
}

private func fuzzedScore(_ dice: inout SplitMix64) -> Float {
    [
        .nan, .infinity, -.infinity, 0, -0.0, 1e38, -1e38, .leastNonzeroMagnitude, -3, .greatestFiniteMagnitude,
        -.greatestFiniteMagnitude,
    ].randomElement(using: &dice)!
}
