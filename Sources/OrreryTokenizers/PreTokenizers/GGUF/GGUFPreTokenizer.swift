/// How llama.cpp cuts texts into words for each value of `tokenizer.ggml.pre`, the values that are merged over raw text
/// aside.
///
/// Where a published `tokenizer.json` says something else, llama.cpp's way is followed: a model in a GGUF file was
/// tried with it.
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
        _ names: String..., pattern: SplitPattern? = nil,
        by cutter: @escaping @autoclosure @Sendable () -> WordSplitter.Cutter,
        classes: @escaping @autoclosure @Sendable () -> CharacterClassTable = .llamaCpp
    ) {
        (self.names, self.pattern) = (names, pattern)
        makeSplitter = { WordSplitter(cutter(), classes()) }
    }

    static let all: [GGUFPreTokenizer] = [
        GGUFPreTokenizer(
            "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum",
            "modern-bert", "jina-v1-en",
            "jina-v2-code", "roberta-bpe", "exaone4", "mpt", "olmo", "jais", "trillion", "granite-docling",
            pattern: .gpt2, by: .gpt2(GPT2Scanner())),
        GGUFPreTokenizer(
            "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano",
            "dbrx", "smaug-bpe", "chatglm-bpe",
            "glm4", "glm5", pattern: .llama3, by: .cl100k(.like(digits: 3))),
        GGUFPreTokenizer(
            "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "hunyuan", "megrez", "solar-open", "grok-2",
            "bailingmoe", "bailingmoe2",
            "llada-moe", pattern: .qwen2, by: .cl100k(.like(digits: 1))),
        // Here marks are letters.
        GGUFPreTokenizer("qwen35", by: .cl100k(.like(digits: 1)), classes: .llamaCppMarksAreLetters),
        // The pattern tells cases apart in ASCII only, and marks are no letters.
        GGUFPreTokenizer(
            "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2", by: .o200k(O200KScanner(contractions: .anyCase)),
            classes: .llamaCppCases),
        GGUFPreTokenizer(
            "tekken", by: .o200k(O200KScanner(maximalDigits: 1, contractions: nil)), classes: .llamaCppCases),
        GGUFPreTokenizer(
            "granite-embed-multi-97m", by: .o200k(O200KScanner(contractions: .anyCase)), classes: .llamaCppCasesAndMarks
        ),
        GGUFPreTokenizer("kimi-k2", by: .steps(.scanner(KimiScanner(), .llamaCppHan))),
        GGUFPreTokenizer(
            "command-r", "starcoder", "refact", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2",
            by: .steps(.digits(.fromLeft(1)), .gpt2)),
        GGUFPreTokenizer(
            "minicpm5", by: .steps(.digits(.fromLeft(3)), .scanner(CL100KScanner.like(digits: 3), .llamaCpp))),
        GGUFPreTokenizer("laguna", by: .steps(.lineFeeds, .scanner(CL100KScanner.like(digits: 1), .llamaCpp))),
        GGUFPreTokenizer(
            "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4",
            by: .steps(
                .digits(.fromLeft(3)), .regex("[一-龥぀-ゟ゠-ヿ]+"),
                .regex(afterPunctuation + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"))),
        GGUFPreTokenizer(
            "spark2_5",
            by: .steps(
                .digits(.fromLeft(3)), .regex("[一-龥぀-ゟ゠-ヿ]+"),
                .regex(afterPunctuation + "| ?[\\p{P}\\p{S}]+|[\\r\\n]|\\s+(?!\\S)|\\s+"),
                .digits(.fromLeft(1)))),
        GGUFPreTokenizer(
            "afmoe",
            by: .steps(
                .digits(.threesFromRight),
                .regex(
                    "[一-鿿㐀-䶿豈-\u{FAFF}぀-ゟ゠-ヿ･-ﾟ⼀-\u{2FDF}เ-\u{0E7F}\u{0E80}-\u{0EFF}ក-\u{17FF}က-႟ꩠ-ꩿꧠ-\u{A9FF}가-\u{D7AF}ᄀ-ᇿ]+"
                ),
                .regex(afterPunctuation + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"))),
        GGUFPreTokenizer(
            "deepseek-llm",
            by: .steps(
                .regex("[\\r\\n]"), .regex("\\s?\(deepseekLetters)+"), .regex("\\s?[!-/:-~！-／：-～‘-‟　-。]+"),
                .regex("\\s+$"),
                .regex("[一-龥ࠀ-一가-\u{D7FF}]+"), .digits(.whole))),
        GGUFPreTokenizer(
            "deepseek-coder",
            by: .steps(
                .regex("[\\r\\n]"), .regex("\\s?\\p{L}+"), .regex("\\s?\\p{P}+"), .regex("[一-龥ࠀ-一가-\u{D7FF}]+"),
                .digits(.fromLeft(1)))),
        GGUFPreTokenizer(
            "youtu",
            by: .steps(
                .regex("[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥぀-ゟ゠-ヿ]+"),
                .scanner(O200KScanner(maximalDigits: 1, contractions: .anyCase), .llamaCppCaseless))),
        GGUFPreTokenizer(
            "tiny_aya", "cohere2moe",
            by: .steps(.digits(.threesFromRight), .scanner(O200KScanner(contractions: .anyCase), .llamaCppCaseless))),
        GGUFPreTokenizer("falcon", by: .steps(.regex("[\\p{P}\\$\\+<=>\\^~\\|`]+"), .gpt2, .regex("[0-9][0-9][0-9]"))),
        GGUFPreTokenizer(
            "default",
            by: .steps(.regex("[\\p{P}\\$\\+<=>\\^~\\|]+"), .gpt2, .digits(.whole), .regex("[0-9][0-9][0-9]"))),
        GGUFPreTokenizer("poro-chat", "bloom", "gpt3-finnish", by: .steps(.regex(untilPunctuation))),
        GGUFPreTokenizer("viking", by: .steps(.regex(untilPunctuation), .digits(.fromLeft(1)))),
        GGUFPreTokenizer(
            "chameleon",
            by: .steps(
                .regex("<sentinel:[0-9]+>"), .regex("(?:IMGIMG)(?:A|B|C|D|E|F|G|H|I){1,4}Z"),
                .regex("[\\t\\n]|    |  "), .digits(.fromLeft(1)),
                .regex("[\\p{P}!-/:-@\\[-`{-~]"), .gpt2)),
        GGUFPreTokenizer("superbpe", by: .steps(.digits(.whole), .regex("(?=(?:\\d{3})+(?!\\d))"))),
        GGUFPreTokenizer(
            "seed-coder",
            by: .steps(
                .regex(
                    contractions
                        + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
                ))),
        GGUFPreTokenizer(
            "ufakzeka",
            by: .steps(
                .regex(
                    "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
                ))),
        GGUFPreTokenizer(
            "exaone-moe",
            by: .steps(
                .regex(
                    contractions
                        + "|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"
                ))),
        GGUFPreTokenizer(
            "jais-2",
            by: .steps(
                .regex(
                    contractions
                        + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)"
                        + "|\\s{64}(?!\\S)|\\s{32}(?!\\S)|\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s"
                ))),
    ]

    private static let contractions = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
    private static let afterPunctuation =
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
    private static let untilPunctuation = " ?[^(\\s|.,!?…。，、।۔،)]+"
    /// Letters of scripts that have cases, by Unicode 10 or so.
    private static let deepseekLetters =
        "[A-Za-z\u{B5}\u{C0}-\u{D6}\u{D8}-\u{F6}\u{F8}-\u{1BA}\u{1BC}-\u{1BF}\u{1C4}-\u{293}\u{295}-\u{2AF}\u{370}-\u{373}\u{376}\u{377}"
        + "\u{37B}-\u{37D}\u{37F}\u{386}\u{388}-\u{38A}\u{38C}\u{38E}-\u{3A1}\u{3A3}-\u{3F5}\u{3F7}-\u{481}\u{48A}-\u{52F}\u{531}-\u{556}"
        + "\u{10A0}-\u{10C5}\u{13A0}-\u{13F5}\u{13F8}-\u{13FD}\u{1C90}-\u{1CBA}\u{1CBD}-\u{1CBF}\u{1D00}-\u{1D2B}\u{1D6B}-\u{1D77}"
        + "\u{1D79}-\u{1D9A}\u{1E00}-\u{1F15}\u{1F18}-\u{1F1D}\u{1F20}-\u{1F45}\u{1F48}-\u{1F4D}\u{1F50}-\u{1F57}\u{1F59}\u{1F5B}\u{1F5D}"
        + "\u{1F5F}-\u{1F7D}\u{1F80}-\u{1FB4}\u{1FB6}-\u{1FBC}\u{1FBE}\u{1FC2}-\u{1FC4}\u{1FC6}-\u{1FCC}\u{1FD0}-\u{1FD3}\u{1FD6}-\u{1FDB}"
        + "\u{1FE0}-\u{1FEC}\u{1FF2}-\u{1FF4}\u{1FF6}-\u{1FFC}\u{2102}\u{2107}\u{210A}-\u{2113}\u{2115}\u{2119}-\u{211D}\u{2124}\u{2126}"
        + "\u{2128}\u{212A}-\u{212D}\u{212F}-\u{2134}\u{2139}\u{213C}-\u{213F}\u{2145}-\u{2149}\u{214E}\u{2183}\u{2184}\u{2C00}-\u{2C7B}"
        + "\u{2C7E}-\u{2CE4}\u{2CEB}-\u{2CEE}\u{2CF2}\u{2CF3}\u{A640}-\u{A66D}\u{A680}-\u{A69B}\u{A722}-\u{A76F}\u{A771}-\u{A787}"
        + "\u{A78B}-\u{A78E}\u{AB70}-\u{ABBF}\u{FB00}-\u{FB06}\u{FB13}-\u{FB17}\u{FF21}-\u{FF3A}\u{FF41}-\u{FF5A}\u{10400}-\u{1044F}"
        + "\u{104B0}-\u{104D3}\u{104D8}-\u{104FB}\u{10C80}-\u{10CB2}\u{10CC0}-\u{10CF2}\u{118A0}-\u{118DF}\u{1E900}-\u{1E943}]"
}

extension CL100KScanner {
    /// The pattern's relatives without `\s++$`, as llama.cpp has them.
    fileprivate static func like(digits: Int) -> CL100KScanner {
        CL100KScanner(maximalDigits: digits, keepsEndWhole: false, contractions: .anyCase)
    }
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
        for code in 0 ..< Int(malformed) where table[code].intersects(.mark) { table[code] = [] }
    }

    static let llamaCppCasesAndMarks = CharacterClassTable(llamaCppCaseless) { table in
        for code in 0x41 ... 0x5A { table[code] = [.letter, .head] }
        for code in 0x61 ... 0x7A { table[code] = [.letter, .tail] }
    }

    /// Every letter and every mark is both head and tail.
    static let llamaCppCaseless = CharacterClassTable(.v15) { category in
        let classes = CharacterClass(category)
        return classes.intersects([.letter, .mark]) ? classes.union([.head, .tail]) : classes
    }

    /// Letters outside the blocks of Han are heads.
    static let llamaCppHan = CharacterClassTable(
        CharacterClassTable(.v15) {
            CharacterClass($0).intersects(.letter) ? [.letter, .head] : CharacterClass($0).subtracting([.head, .tail])
        }
    ) { table in
        let blocks = [
            0x4E00 ... 0x9FFF, 0x3400 ... 0x4DBF, 0x20000 ... 0x2A6DF, 0x2A700 ... 0x2B73F, 0x2B740 ... 0x2B81F,
            0x2B820 ... 0x2CEAF, 0x2CEB0 ... 0x2EBEF, 0xF900 ... 0xFAFF,
            0x2F800 ... 0x2FA1F,
        ]
        for code in blocks.joined() {
            table[code].insert(.han)
            table[code].remove(.head)
        }
    }
}
