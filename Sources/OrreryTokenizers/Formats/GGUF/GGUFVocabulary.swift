import OrreryFiles

/// The tokenizer inside a GGUF file, as it stands there, with llama.cpp's defaults for what the file leaves out. What
/// texts become is the business of the tokenizer that is made from it.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llama_vocab::impl::load.
public struct GGUFVocabulary: Sendable {
    /// `tokenizer.ggml.model`.
    public enum Kind: String, CaseIterable, Sendable {
        /// Byte-level BPE with merges; `pre` names the pattern that cuts words.
        case gpt2
        /// SentencePiece BPE with scores.
        case llama
        /// WordPiece, with "▁" before words in place of "##" inside them.
        case bert
        /// SentencePiece Unigram.
        case t5
        /// BPE with merges over "▁" text instead of bytes.
        case gemma4
        /// The longest token that the text continues with, of any bytes.
        case rwkv
        /// The tokens with the greatest sum of scores, and bytes for other characters.
        case plamo2
        /// No tokens but numbers: a model that is given ids.
        case none
    }

    /// What stands before the merges of some `gpt2` vocabularies, which have a `tokenizer.ggml.model` of their own for
    /// it.
    public enum Preparation: String, Sendable {
        /// Between `<dna>` and `</dna>`, tokens of six letters.
        case hybridDNA = "hybriddna"
        /// White space parts words and is dropped.
        case whitespace
    }

    /// What a token is: a set, because llama.cpp adds to the type that the file gives.
    public struct Attributes: OptionSet, Sendable, Hashable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        public static let unknown = Attributes(rawValue: 1)
        public static let unused = Attributes(rawValue: 2)
        public static let normal = Attributes(rawValue: 4)
        /// A mark of structure, found in texts only if asked for.
        public static let control = Attributes(rawValue: 8)
        /// Found in texts before anything else.
        public static let userDefined = Attributes(rawValue: 16)
        public static let byte = Attributes(rawValue: 32)
        /// Takes the spaces before it.
        public static let stripsLeft = Attributes(rawValue: 64)
        /// Takes the spaces after it.
        public static let stripsRight = Attributes(rawValue: 128)
    }

    /// The tokens with a role, by llama.cpp's names.
    public struct SpecialTokens: Sendable, Hashable {
        public var beginOfText: TokenID?
        public var endOfText: TokenID?
        public var endOfTurn: TokenID?
        public var endOfMessage: TokenID?
        public var unknown: TokenID?
        public var separator: TokenID?
        public var padding: TokenID?
        public var mask: TokenID?
    }

    /// The file that errors name.
    public let file: String
    public let kind: Kind
    /// What `gpt2` vocabularies do to a text before it is cut into words; nil where that is nothing.
    public let preparation: Preparation?
    /// `tokenizer.ggml.pre`: which words `gpt2` vocabularies are cut into.
    public let preTokenizer: String?
    public let tokens: PieceTable
    /// From a token's bytes to its id.
    let index: PieceIndex
    /// For each token; 0 where the file has no scores.
    public let scores: [Float]
    /// For each token, as the file has them; `normal` where it has none.
    public let types: [Attributes]
    /// The same with what llama.cpp concludes from the names of tokens.
    public internal(set) var attributes: [Attributes]
    /// `tokenizer.ggml.merges`: pairs with a space between, best first. Empty for kinds without.
    public let merges: [[UInt8]]
    /// `tokenizer.ggml.precompiled_charsmap`; empty where there is none.
    public let characterMap: [UInt8]
    /// `tokenizer.chat_template` as "default", and those with further names.
    public let chatTemplates: [(name: String, source: String)]
    /// Every key of the tokenizer, as it stands in the file.
    package let pairs: [(key: String, value: GGUFValue)]
    public internal(set) var special: SpecialTokens
    /// The tokens for filling in that keys of the file name, in the order of `GGUFKeys.fillIn`.
    var fillIn = [TokenID?](repeating: nil, count: GGUFKeys.fillIn.count)
    /// The tokens after which a model has said what it had to say.
    public internal(set) var endOfGeneration: Set<TokenID>
    public internal(set) var settings: GGUFVocabularySettings
    /// What is odd in the file and was read all the same, a line each.
    public internal(set) var warnings: [String] = []

    mutating func warn(_ key: String, _ what: String) { warnings.append("\(file): field \"\(key)\" \(what)") }
}

/// What is done around the tokens of a text. Defaults are llama.cpp's for each kind and pre-tokenizer.
public struct GGUFVocabularySettings: Sendable, Hashable {
    /// A space before the text, and after each special token in it.
    public var addsSpacePrefix = false
    public var addsBeginOfText = false
    public var addsEndOfText = false
    public var addsSeparator = false
    /// A word that is a token is that token, whatever the merges say.
    public var ignoresMerges = false
    /// Spaces before punctuation are taken out of decoded text.
    public var cleansSpaces = false
    public var removesExtraWhitespaces = false
    /// Spaces are "▁" in the vocabulary.
    public var escapesWhitespaces = true
    /// Whether `bert` kinds read text in lower case, and without accents.
    public var lowercases = true
    public var stripsAccents = true
}
