import OrreryFiles

/// The tokenizer inside a GGUF file, as it stands there, with llama.cpp's defaults for what the file leaves out. What
/// texts become is the business of the tokenizer that is made from it.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llama_vocab::impl::load.
package struct GGUFVocabulary: Sendable {
    /// `tokenizer.ggml.model`.
    package enum Kind: String, CaseIterable, Sendable {
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
    package enum Preparation: String, Sendable {
        /// Between `<dna>` and `</dna>`, tokens of six letters.
        case hybridDNA = "hybriddna"
        /// White space parts words and is dropped.
        case whitespace
    }

    /// What a token is: a set, because llama.cpp adds to the type that the file gives.
    package struct Attributes: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let unknown = Attributes(rawValue: 1)
        package static let unused = Attributes(rawValue: 2)
        package static let normal = Attributes(rawValue: 4)
        /// A mark of structure, found in texts only if asked for.
        package static let control = Attributes(rawValue: 8)
        /// Found in texts before anything else.
        package static let userDefined = Attributes(rawValue: 16)
        package static let byte = Attributes(rawValue: 32)
        /// Takes the spaces before it.
        package static let stripsLeft = Attributes(rawValue: 64)
        /// Takes the spaces after it.
        package static let stripsRight = Attributes(rawValue: 128)
    }

    /// The tokens with a role, by llama.cpp's names.
    package struct SpecialTokens: Sendable, Hashable {
        package var beginOfText: TokenID?
        package var endOfText: TokenID?
        package var endOfTurn: TokenID?
        package var endOfMessage: TokenID?
        package var unknown: TokenID?
        package var separator: TokenID?
        package var padding: TokenID?
        package var mask: TokenID?
    }

    /// The file that errors name.
    package let file: String
    package let kind: Kind
    /// What `gpt2` vocabularies do to a text before it is cut into words; nil where that is nothing.
    package let preparation: Preparation?
    /// `tokenizer.ggml.pre`: which words `gpt2` vocabularies are cut into.
    package let preTokenizer: String?
    package let tokens: PieceTable
    /// From a token's bytes to its id.
    let index: PieceIndex
    /// For each token; 0 where the file has no scores.
    package let scores: [Float]
    /// For each token, as the file has them; `normal` where it has none.
    package let types: [Attributes]
    /// The same with what llama.cpp concludes from the names of tokens.
    package internal(set) var attributes: [Attributes]
    /// `tokenizer.ggml.merges`: pairs with a space between, best first. Empty for kinds without.
    package let merges: [[UInt8]]
    /// `tokenizer.ggml.precompiled_charsmap`; empty where there is none.
    package let characterMap: [UInt8]
    /// `tokenizer.chat_template` as "default", and those with further names.
    package let chatTemplates: [(name: String, source: String)]
    /// Every key of the tokenizer, as it stands in the file.
    package let pairs: [(key: String, value: GGUFValue)]
    package internal(set) var special: SpecialTokens
    /// The tokens for filling in that keys of the file name, in the order of `GGUFKeys.fillIn`.
    var fillIn = [TokenID?](repeating: nil, count: GGUFKeys.fillIn.count)
    /// The tokens after which a model has said what it had to say.
    package internal(set) var endOfGeneration: Set<TokenID>
    package internal(set) var settings: GGUFVocabularySettings
    /// What is odd in the file and was read all the same, a line each.
    package internal(set) var warnings: [String] = []

    mutating func warn(_ key: String, _ what: String) { warnings.append("\(file): field \"\(key)\" \(what)") }
}

/// What is done around the tokens of a text. Defaults are llama.cpp's for each kind and pre-tokenizer.
package struct GGUFVocabularySettings: Sendable, Hashable {
    /// A space before the text, and after each special token in it.
    package var addsSpacePrefix = false
    package var addsBeginOfText = false
    package var addsEndOfText = false
    package var addsSeparator = false
    /// A word that is a token is that token, whatever the merges say.
    package var ignoresMerges = false
    /// Spaces before punctuation are taken out of decoded text.
    package var cleansSpaces = false
    package var removesExtraWhitespaces = false
    /// Spaces are "▁" in the vocabulary.
    package var escapesWhitespaces = true
    /// Whether `bert` kinds read text in lower case, and without accents.
    package var lowercases = true
    package var stripsAccents = true
}
