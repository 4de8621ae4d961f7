/// A pre-tokenisation pattern: how text is cut into words before a byte-pair model sees it.
public enum SplitPattern: Sendable, Hashable {
    /// GPT-2's, which r50k and p50k share.
    case gpt2
    /// tiktoken's cl100k.
    case cl100k
    /// tiktoken's o200k.
    case o200k
    /// Llama 3's: cl100k's, but for white space at the end of a text.
    case llama3
    /// Qwen 2's: Llama 3's with numbers one digit at a time.
    case qwen2
    /// None: the text is one word.
    case none

    /// The patterns with code of their own, by the names that `--pattern` takes.
    static let named: KeyValuePairs<String, SplitPattern> = [
        "r50k": .gpt2, "p50k": .gpt2, "gpt2": .gpt2, "cl100k": .cl100k, "o200k": .o200k, "llama3": .llama3, "qwen2": .qwen2, "none": .none,
    ]

    /// What `--pattern NAME|REGEX` says: a name, with or without "_base", or else a regular expression; nil for one without code here.
    public init?(argument: String) {
        let name = argument.hasSuffix("_base") ? String(argument.dropLast(5)) : argument
        guard let named = Self.named.first(where: { $0.key == name }) else {
            self.init(regex: argument)
            return
        }
        self = named.value
    }

    /// The pattern that a regular expression stands for, where it is known letter for letter.
    public init?(regex: String) {
        guard let known = Self.spellings.first(where: { $0.regex.utf8.elementsEqual(regex.utf8) }) else { return nil }
        self = known.pattern
    }

    /// The regular expression, in the syntax that Rust's fancy-regex and Oniguruma share; nil for `none`.
    public var regex: String? {
        switch self {
        case .none: nil
        default: Self.spellings.first { $0.pattern == self }!.regex
        }
    }

    /// How each known pattern is spelled, the spelling that is written first: tiktoken's for its own, else Hugging Face's.
    private static let spellings: [(pattern: SplitPattern, regex: String)] = [
        (.gpt2, #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#),
        (.gpt2, #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
        (.gpt2, #"'s|'t|'re|'ve|'m|'ll|'d| ?[\p{L}]+| ?[\p{N}]+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
        (.cl100k, #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#),
        (.llama3, "(?i:'s|'t|'re|'ve|'m|'ll|'d)" + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#),
        (.llama3, "'(?i:[sdmt]|ll|ve|re)" + #"|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"#),
        (.qwen2, "(?i:'s|'t|'re|'ve|'m|'ll|'d)" + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#),
        (.o200k, [
            #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#,
            #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"#,
            #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
        ].joined(separator: "|")),
    ]
}
