/// How llama.cpp cuts texts, in the words of a `tokenizer.json`: regular expressions in Oniguruma's syntax, one after
/// the other, each cutting the parts that the one before made.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_bpe. Its engine tells the cases of letters apart in ASCII
/// only, and these expressions do too.
extension GGUFPreTokenizer {
    /// The pattern that files are written with, by the name that other formats know: llama.cpp's cut by another version
    /// of Unicode, at most.
    var filePattern: SplitPattern? {
        if let pattern { return pattern }
        if names.contains("smollm") { return .starcoder }
        return names.contains("deepseek-v3") ? .deepseek3 : nil
    }

    /// The regular expressions.
    var onigurumaRegexes: [String] {
        switch makeSplitter().cutter {
        case .gpt2: [Self.gpt2]
        case .cl100k(let scanner): [Self.cl100k(digits: scanner.maximalDigits, joinsMarks: names.contains("qwen35"))]
        case .o200k(let scanner):
            [
                Self.o200k(
                    scanner, letters: names.contains("granite-embed-multi-97m") ? Self.marked : "\\p{L}",
                    tellsCases: true)
            ]
        case .steps(let splitter): splitter.steps.map(Self.regex)
        case .none, .regex: []
        }
    }

    /// The pre-tokenizer of a `tokenizer.json` of byte-level BPE.
    func pipeline() throws -> PreTokenizer {
        let plain = ByteLevel(addsPrefixSpace: false, trimsOffsets: false, usesRegex: false)
        switch filePattern {
        case .gpt2: return .byteLevel(ByteLevel(addsPrefixSpace: false, trimsOffsets: false, usesRegex: true))
        case .starcoder:
            return .sequence([
                .digits(individually: true),
                .byteLevel(ByteLevel(addsPrefixSpace: false, trimsOffsets: false, usesRegex: true)),
            ])
        default:
            let regexes = filePattern?.onigurumaRegexes ?? onigurumaRegexes
            return .sequence(
                try regexes.map { .split(Split(try TextPattern(.regex($0)), behavior: .isolated)) } + [
                    .byteLevel(plain)
                ])
        }
    }

    private static func regex(of step: SteppedSplitter.Step) -> String {
        switch step {
        case .numbers(.whole, _): "\\p{N}+"
        case .numbers(.fromLeft(let most), _): most == 1 ? "\\p{N}" : "\\p{N}{1,\(most)}"
        case .numbers(.threesFromRight, _): "\\p{N}{1,3}(?=(?:\\p{N}{3})*(?!\\p{N}))"
        case .lineFeeds: "\\n+|[^\\n]+"
        case .pattern(let pattern):
            pattern.source.replacing("$", with: "\\z", maxReplacements: pattern.source.hasSuffix("$") ? 1 : 0)
        case .scanner(let scanner as CL100KScanner, _): cl100k(digits: scanner.maximalDigits, joinsMarks: false)
        case .scanner(let scanner as O200KScanner, _): o200k(scanner, letters: marked, tellsCases: false)
        case .scanner(is KimiScanner, _): kimi
        case .scanner: gpt2
        }
    }

    private static let gpt2 = SplitPattern.gpt2.onigurumaRegexes[0]
    private static let contractions = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
    private static let lead = "[^\\r\\n\\p{L}\\p{N}]?"
    private static let marked = "[\\p{L}\\p{M}]"

    private static func numbers(_ most: Int) -> String { most == 1 ? "\\p{N}" : "\\p{N}{1,\(most)}" }

    private static func cl100k(digits: Int, joinsMarks: Bool) -> String {
        let (letters, others) = joinsMarks ? (marked, "[^\\s\\p{L}\\p{M}\\p{N}]") : ("\\p{L}", "[^\\s\\p{L}\\p{N}]")
        return contractions
            + "|\(lead)\(letters)+|\(numbers(digits))| ?\(others)+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
    }

    private static func o200k(_ scanner: O200KScanner, letters: String, tellsCases: Bool) -> String {
        let end = scanner.contractions == nil ? "" : contractions + "?"
        let heads = tellsCases ? "(?:(?=\(letters))[^a-z])" : letters,
            tails = tellsCases ? "(?:(?=\(letters))[^A-Z])" : letters
        return
            "\(lead)\(heads)*\(tails)+\(end)|\(lead)\(heads)+\(tails)*\(end)|\(numbers(scanner.maximalDigits))| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
    }

    private static let kimi: String = {
        let heads = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]",
            tails = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}&&[^\\p{Han}]]"
        return "[\\p{Han}]+|\(lead)\(heads)*\(tails)+\(contractions)?|\(lead)\(heads)+\(tails)*\(contractions)?"
            + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
    }()
}
