/// How llama.cpp cuts texts into words for each value of `tokenizer.ggml.pre`, the values that are merged over raw text aside.
///
/// Where a published `tokenizer.json` says something else, llama.cpp's way is followed: a model in a GGUF file was tried with it.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_bpe and llama_vocab::impl::load.
struct GGUFPreTokenizer {
    let names: [String]
    /// The pattern that other formats know it by, where there is one that cuts alike: what `files()` writes.
    let pattern: SplitPattern?
    let makeSplitter: @Sendable () -> WordSplitter

    /// The one of this name, or nil.
    static func named(_ name: String) -> GGUFPreTokenizer? { all.first { $0.names.contains(name) } }

    private init(
        _ names: String..., pattern: SplitPattern? = nil, by cutter: @escaping @autoclosure @Sendable () -> WordSplitter.Cutter,
        classes: @escaping @autoclosure @Sendable () -> CharacterClassTable = .llamaCpp
    ) {
        (self.names, self.pattern) = (names, pattern)
        makeSplitter = { WordSplitter(cutter(), classes()) }
    }

    static let all: [GGUFPreTokenizer] = [
        GGUFPreTokenizer(
            "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum", "modern-bert", "jina-v1-en",
            "jina-v2-code", "roberta-bpe", "exaone4", "mpt", "olmo", "jais", "trillion", "granite-docling",
            pattern: .gpt2, by: .gpt2(GPT2Scanner())),
        GGUFPreTokenizer(
            "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano", "dbrx", "smaug-bpe", "chatglm-bpe",
            "glm4", "glm5", pattern: .llama3, by: .cl100k(.like(digits: 3))),
        GGUFPreTokenizer(
            "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "hunyuan", "megrez", "solar-open", "grok-2", "bailingmoe", "bailingmoe2",
            "llada-moe", pattern: .qwen2, by: .cl100k(.like(digits: 1))),
        // Here marks are letters.
        GGUFPreTokenizer("qwen35", by: .cl100k(.like(digits: 1)), classes: .llamaCppMarksAreLetters),
        // The pattern tells cases apart in ASCII only, and marks are no letters.
        GGUFPreTokenizer("gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2", by: .o200k(O200KScanner(contractions: .anyCase)), classes: .llamaCppCases),
        GGUFPreTokenizer("tekken", by: .o200k(O200KScanner(maximalDigits: 1, contractions: nil)), classes: .llamaCppCases),
        GGUFPreTokenizer("granite-embed-multi-97m", by: .o200k(O200KScanner(contractions: .anyCase)), classes: .llamaCppCasesAndMarks),
        GGUFPreTokenizer("kimi-k2", by: .steps(.scanner(KimiScanner(), .llamaCppHan))),
        GGUFPreTokenizer(
            "command-r", "starcoder", "refact", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2",
            by: .steps(.digits(.fromLeft(1)), .gpt2)),
        GGUFPreTokenizer("minicpm5", by: .steps(.digits(.fromLeft(3)), .scanner(CL100KScanner.like(digits: 3), .llamaCpp))),
        GGUFPreTokenizer("laguna", by: .steps(.lineFeeds, .scanner(CL100KScanner.like(digits: 1), .llamaCpp))),
        GGUFPreTokenizer(
            "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4",
            by: .steps(.digits(.fromLeft(3)), .regex("[一-龥぀-ゟ゠-ヿ]+"), .regex(afterPunctuation + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"))),
        GGUFPreTokenizer(
            "spark2_5",
            by: .steps(
                .digits(.fromLeft(3)), .regex("[一-龥぀-ゟ゠-ヿ]+"), .regex(afterPunctuation + "| ?[\\p{P}\\p{S}]+|[\\r\\n]|\\s+(?!\\S)|\\s+"),
                .digits(.fromLeft(1)))),
        GGUFPreTokenizer(
            "afmoe",
            by: .steps(
                .digits(.threesFromRight), .regex("[一-鿿㐀-䶿豈-\u{FAFF}぀-ゟ゠-ヿ･-ﾟ⼀-\u{2FDF}เ-\u{0E7F}\u{0E80}-\u{0EFF}ក-\u{17FF}က-႟ꩠ-ꩿꧠ-\u{A9FF}가-\u{D7AF}ᄀ-ᇿ]+"),
                .regex(afterPunctuation + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"))),
        GGUFPreTokenizer(
            "deepseek-llm",
            by: .steps(
                .regex("[\\r\\n]"), .regex("\\s?\(deepseekLetters)+"), .regex("\\s?[!-/:-~！-／：-～‘-‟　-。]+"), .regex("\\s+$"),
                .regex("[一-龥ࠀ-一가-\u{D7FF}]+"), .digits(.whole))),
        GGUFPreTokenizer(
            "deepseek-coder",
            by: .steps(.regex("[\\r\\n]"), .regex("\\s?\\p{L}+"), .regex("\\s?\\p{P}+"), .regex("[一-龥ࠀ-一가-\u{D7FF}]+"), .digits(.fromLeft(1)))),
        GGUFPreTokenizer(
            "youtu",
            by: .steps(
                .regex("[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+"),
                .scanner(O200KScanner(maximalDigits: 1, contractions: .anyCase), .llamaCppCaseless))),
        GGUFPreTokenizer(
            "tiny_aya", "cohere2moe",
            by: .steps(.digits(.threesFromRight), .scanner(O200KScanner(contractions: .anyCase), .llamaCppCaseless))),
        GGUFPreTokenizer("falcon", by: .steps(.regex("[\\p{P}\\$\\+<=>\\^~\\|`]+"), .gpt2, .regex("[0-9][0-9][0-9]"))),
        GGUFPreTokenizer("default", by: .steps(.regex("[\\p{P}\\$\\+<=>\\^~\\|]+"), .gpt2, .digits(.whole), .regex("[0-9][0-9][0-9]"))),
        GGUFPreTokenizer("poro-chat", "bloom", "gpt3-finnish", by: .steps(.regex(untilPunctuation))),
        GGUFPreTokenizer("viking", by: .steps(.regex(untilPunctuation), .digits(.fromLeft(1)))),
        GGUFPreTokenizer(
            "chameleon",
            by: .steps(
                .regex("<sentinel:[0-9]+>"), .regex("(?:IMGIMG)(?:A|B|C|D|E|F|G|H|I){1,4}Z"), .regex("[\\t\\n]|    |  "), .digits(.fromLeft(1)),
                .regex("[\\p{P}!-/:-@\\[-`{-~]"), .gpt2)),
        GGUFPreTokenizer("superbpe", by: .steps(.digits(.whole), .regex("(?=(?:\\d{3})+(?!\\d))"))),
        GGUFPreTokenizer(
            "seed-coder",
            by: .steps(.regex(contractions + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"))),
        GGUFPreTokenizer(
            "ufakzeka", by: .steps(.regex("[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"))),
        GGUFPreTokenizer(
            "exaone-moe",
            by: .steps(.regex(contractions + "|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"))),
        GGUFPreTokenizer(
            "jais-2",
            by: .steps(.regex(
                contractions + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)"
                    + "|\\s{64}(?!\\S)|\\s{32}(?!\\S)|\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s"))),
    ]

    private static let contractions = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
    private static let afterPunctuation = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
    private static let untilPunctuation = " ?[^(\\s|.,!?…。，、।۔،)]+"
    private static let deepseekLetters =
        "[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]"
}

extension CL100KScanner {
    /// The pattern's relatives without `\s++$`, as llama.cpp has them.
    fileprivate static func like(digits: Int) -> CL100KScanner { CL100KScanner(maximalDigits: digits, keepsEndWhole: false, contractions: .anyCase) }
}

extension WordSplitter.Cutter {
    fileprivate static func steps(_ steps: SteppedSplitter.Step...) -> Self { .steps(SteppedSplitter(steps: steps)) }
}

extension SteppedSplitter.Step {
    fileprivate static var gpt2: Self { .scanner(GPT2Scanner(), .llamaCpp) }
    fileprivate static func digits(_ groups: NumberGroups) -> Self { .numbers(groups, .llamaCpp) }
    fileprivate static func regex(_ pattern: String) -> Self { .pattern(CollapsedPattern(pattern)) }
}

extension CharacterClassTable {
    /// As llama.cpp sees characters.
    static let llamaCpp = CharacterClassTable(.v15)

    static let llamaCppMarksAreLetters = CharacterClassTable(.v15) { category in
        let classes = CharacterClass(category)
        return classes.intersects(.mark) ? .letter : classes
    }

    /// Small letters are tails and capitals heads in ASCII; beyond it every letter is both.
    static let llamaCppCases = CharacterClassTable(llamaCppCasesAndMarks) { table in
        for code in 0..<Int(malformed) where table[code].intersects(.mark) { table[code] = [] }
    }

    static let llamaCppCasesAndMarks = CharacterClassTable(llamaCppCaseless) { table in
        for code in 0x41...0x5A { table[code] = [.letter, .head] }
        for code in 0x61...0x7A { table[code] = [.letter, .tail] }
    }

    /// Every letter and every mark is both head and tail.
    static let llamaCppCaseless = CharacterClassTable(.v15) { category in
        let classes = CharacterClass(category)
        return classes.intersects([.letter, .mark]) ? classes.union([.head, .tail]) : classes
    }

    /// Letters outside the blocks of Han are heads.
    static let llamaCppHan = CharacterClassTable(CharacterClassTable(.v15) { CharacterClass($0).intersects(.letter) ? [.letter, .head] : CharacterClass($0).subtracting([.head, .tail]) }) { table in
        let blocks = [
            0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B820...0x2CEAF, 0x2CEB0...0x2EBEF, 0xF900...0xFAFF,
            0x2F800...0x2FA1F,
        ]
        for code in blocks.joined() {
            table[code].insert(.han)
            table[code].remove(.head)
        }
    }
}
