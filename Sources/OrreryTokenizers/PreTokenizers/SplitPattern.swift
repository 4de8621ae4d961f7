/// How text is cut into words before a byte-pair model sees it.
public enum SplitPattern: Sendable, Hashable {
    /// The pattern of GPT-2, which r50k and p50k share.
    case gpt2
    /// The pattern of tiktoken's cl100k.
    case cl100k
    /// The pattern of tiktoken's o200k.
    case o200k
    /// The pattern of Llama 3: cl100k's, but for white space at the end of a text.
    case llama3
    /// The pattern of Qwen 2: Llama 3's with numbers one digit at a time.
    case qwen2
    /// The pattern of Mistral's Tekken: o200k's without contractions, with numbers one digit at a time.
    case tekken
    /// The pattern of StarCoder and SmolLM: each digit stands alone, then GPT-2's.
    case starcoder
    /// The patterns of DeepSeek V3: three, one after the other.
    case deepseek3
    /// The absence of a pattern: the text is one word.
    case none
    /// Another regular expression, run by Foundation's engine, at one to ten MB a second.
    case regex(String)

    /// The patterns with code of their own, by the names that `--pattern` takes.
    static let named: KeyValuePairs<String, SplitPattern> = [
        "r50k": .gpt2, "p50k": .gpt2, "p50k_edit": .gpt2, "gpt2": .gpt2, "cl100k": .cl100k, "o200k": .o200k,
        "o200k_harmony": .o200k, "llama3": .llama3, "qwen2": .qwen2,
        "tekken": .tekken, "starcoder": .starcoder, "deepseek3": .deepseek3, "none": .none,
    ]

    /// What `--pattern NAME|REGEX` says: a name, with or without "_base", or else a regular expression.
    package init(argument: String) {
        let name = argument.hasSuffix("_base") ? String(argument.dropLast(5)) : argument
        self = Self.named.first { $0.key == name }?.value ?? SplitPattern(regex: argument)
    }

    /// The pattern that a regular expression in the syntax of Rust's fancy-regex stands for: one with code of its own
    /// where it is known, letter for letter.
    public init(regex: String) {
        self = Self.spelled(regex, in: \.rust) ?? .regex(regex)
    }

    /// The same for one in Oniguruma's Ruby syntax, which Hugging Face tokenizers uses. There `$` also ends a line, and
    /// `{1,3}+` is one or more, not a possessive interval.
    init(oniguruma regex: String) {
        if let known = Self.spelled(regex, in: \.oniguruma) {
            self = known
        } else {
            let interval = try! Regex(#"\{1,\d*\}\+"#)
            let translated = Self.replacingEnds(in: regex.replacing(interval, with: "+"), with: "(?=\\n|\\z)")
            self = .regex(translated)
        }
    }

    private static func spelled(_ regex: String, in dialect: KeyPath<Spelling, String>) -> SplitPattern? {
        spellings.first { $0[keyPath: dialect].utf8.elementsEqual(regex.utf8) }?.pattern
    }

    /// The regular expressions that cut one after the other, each the parts that the one before made as if they were
    /// texts of their own, in the syntax of Rust's fancy-regex; none for `none`, one for most.
    package var regexes: [String] {
        switch self {
        case .none: []
        case .regex(let regex): [regex]
        case .starcoder: [#"\p{N}"#] + Self.gpt2.regexes
        case .deepseek3: Self.deepseekRegexes
        default: [Self.spellings.first { $0.pattern == self }!.rust]
        }
    }

    /// The same in Oniguruma's Ruby syntax.
    var onigurumaRegexes: [String] {
        switch self {
        case .none: []
        case .regex(let regex): [Self.replacingEnds(in: regex, with: "\\z")]
        case .starcoder: [#"\p{N}"#] + Self.gpt2.onigurumaRegexes
        case .deepseek3: Self.deepseekRegexes
        default: [Self.spellings.first { $0.pattern == self }!.oniguruma]
        }
    }

    private static let deepseekRegexes = [
        #"\p{N}{1,3}"#, "[一-龥぀-ゟ゠-ヿ]+",
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"##,
    ]

    /// Replaces each `$` that means the end of the text.
    private static func replacingEnds(in regex: String, with end: String) -> String {
        var result = ""
        var isEscaped = false
        var depth = 0
        for scalar in regex.unicodeScalars {
            result += scalar == "$" && !isEscaped && depth == 0 ? end : String(scalar)
            if !isEscaped {
                if scalar == "[" { depth += 1 } else if scalar == "]" { depth = max(0, depth - 1) }
            }
            isEscaped = scalar == "\\" && !isEscaped
        }
        return result
    }

    /// How a known pattern is spelled in each syntax.
    private struct Spelling {
        var pattern: SplitPattern
        var rust: String
        var oniguruma: String

        init(_ pattern: SplitPattern, _ regex: String, oniguruma: String? = nil) {
            (self.pattern, rust, self.oniguruma) = (pattern, regex, oniguruma ?? regex)
        }
    }

    /// The spellings of each pattern. The one that is written comes first: tiktoken's for its own, else Hugging Face's.
    private static let spellings: [Spelling] = {
        let contraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
        let heads = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#, tails = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#,
            lead = #"[^\r\n\p{L}\p{N}]?"#
        return [
            Spelling(
                .gpt2, #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#,
                oniguruma: #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
            Spelling(.gpt2, #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
            Spelling(.gpt2, #"'s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}]+| ?[\p{N}]+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
            Spelling(
                .cl100k,
                #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#,
                oniguruma:
                    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++\z|\s*[\r\n]|\s+(?!\S)|\s"#
            ),
            Spelling(
                .llama3,
                contraction
                    + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#),
            Spelling(
                .llama3,
                #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#
            ),
            Spelling(
                .qwen2,
                contraction + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#),
            Spelling(
                .o200k,
                "\(lead)\(heads)*\(tails)+\(contraction)?|\(lead)\(heads)+\(tails)*\(contraction)?"
                    + #"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#),
            Spelling(
                .tekken,
                "\(lead)\(heads)*\(tails)+|\(lead)\(heads)+\(tails)*"
                    + #"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#),
        ]
    }()
}
