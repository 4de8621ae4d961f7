import Foundation
import OrreryRandom
import OrreryTokenizers
import Testing

/// Each hand-written scanner cuts as its regular expression does when Foundation's engine runs it.
@Suite struct ScannerTests {
    static let patterns: [SplitPattern] = [.gpt2, .cl100k, .o200k, .llama3, .qwen2, .tekken, .starcoder, .deepseek3]

    /// Every byte is a token and nothing merges: the words are all there is to see.
    private static func tokenizer(_ pattern: SplitPattern) throws -> BytePairTokenizer {
        try withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("bytes.tiktoken")
            try Data((0 ... 255).map { "\(Data([UInt8($0)]).base64EncodedString()) \($0)\n" }.joined().utf8).write(
                to: file)
            return try BytePairTokenizer(tiktoken: file.path, pattern: pattern)
        }
    }

    /// The words of tokenizers one after the other, each of which cuts what the one before left.
    private static func words(_ tokenizers: [BytePairTokenizer], _ text: [UInt8]) throws -> [[UInt8]] {
        try tokenizers.reduce([text]) { parts, tokenizer in
            try parts.flatMap {
                try $0.withUnsafeBufferPointer {
                    try tokenizer.explanations(of: $0, options: EncodingOptions()).map(\.bytes)
                }
            }
        }
    }

    /// Characters of every class that a pattern can tell apart, and of which Unicode 15 and 16 say the same.
    private static let alphabet: [String] = [
        "a", "b", "s", "t", "m", "d", "l", "v", "e", "r", "z", "A", "S", "T", "L", "V", "R", "E", "Z", "é", "É", "ſ",
        "ß", "ǅ", "ʰ", "ª", "漢", "か", "ש", "가", "𐐀", "𐐨",
        "0", "1", "9", "٣", "Ⅷ", "½", "²", "𝟘", " ", " ", " ", "\n", "\n", "\r", "\r\n", "\t", "\u{B}", "\u{C}",
        "\u{85}", "\u{A0}", "\u{2003}", "\u{2028}", "\u{3000}",
        "'", "'", "’", ".", ",", "/", "/", "!", "-", "_", "(", "$", "+", "`", "€", "♥", "👩", "\u{200D}", "\u{FE0F}",
        "\u{301}", "\u{903}", "\u{20DD}", "\0", "\u{1F}", "\u{7F}", "\u{E000}",
        "\u{378}", "'s", "'S", "'ſ", "'ll", "'LL", "'lL", "'re", "'ve", "  ", "   ", "\n\n", " \n ", "://", "camelCase",
        "HTTPServer", "words", "123456",
    ]

    @Test(arguments: patterns) func cutsAsItsExpression(_ pattern: SplitPattern) throws {
        let (scanner, engines) = (
            try Self.tokenizer(pattern), try pattern.regexes.map { try Self.tokenizer(.regex($0)) }
        )
        var dice = SplitMix64(seed: 5)
        for round in 0 ..< 60 {
            // Some texts of everything, some of few characters, in which rare neighbours are frequent.
            let letters =
                round.isMultiple(of: 2)
                ? Self.alphabet : (0 ..< 6).map { _ in Self.alphabet.randomElement(using: &dice)! }
            let text = Array((0 ..< 2000).map { _ in letters.randomElement(using: &dice)! }.joined().utf8)
            let (ours, theirs) = (try Self.words([scanner], text), try Self.words(engines, text))
            if ours != theirs {
                let place = Array(zip(ours, theirs)).firstIndex { $0 != $1 } ?? 0
                Issue.record(
                    "round \(round), word \(place): \(ours.dropFirst(place).prefix(3).map(String.init(decoding:))) and \(theirs.dropFirst(place).prefix(3).map(String.init(decoding:)))"
                )
                return
            }
        }
    }

    /// The end of a text is where the patterns' look ahead sees nothing: texts of a few characters, all of them.
    @Test(arguments: patterns) func cutsShortTextsAsItsExpression(_ pattern: SplitPattern) throws {
        let letters = ["a", "S", "1", " ", "\n", "\t", "'", "."]
        let (scanner, engines) = (
            try Self.tokenizer(pattern), try pattern.regexes.map { try Self.tokenizer(.regex($0)) }
        )
        var texts = letters
        for _ in 0 ..< 3 { texts += texts.flatMap { text in letters.map { text + $0 } } }
        // As one text of many short ones, each ended by a character that stands alone, and a sample by themselves.
        var dice = SplitMix64(seed: 6)
        for text in Set(texts).sorted().shuffled(using: &dice).prefix(300) {
            #expect(
                try Self.words([scanner], Array(text.utf8)) == Self.words(engines, Array(text.utf8)),
                "\(text.debugDescription)")
        }
    }
}

extension String {
    fileprivate init(decoding bytes: [UInt8]) { self = String(decoding: bytes, as: UTF8.self).debugDescription }
}
