import OrreryFiles

/// What transformers' classes put around the text of a SentencePiece model.
///
/// Source: transformers 5.24, `models/*/tokenization_*.py`, `models/auto/tokenization_auto.py`.
enum SentencePieceClass {
    /// Nothing: the model stands alone.
    case alone
    case llama, codeLlama, gemma, t5
    /// TokenizersBackend, which opens everything that has no class of its own.
    case general

    /// - Parameters:
    ///   - configuration: names the class.
    ///   - model: `model_type` of config.json.
    ///   - path: the model's file.
    /// - Throws: `FileError` or `TokenizerError` that names a class which numbers or frames the pieces in a way of its
    ///   own.
    init(_ configuration: TokenizerConfiguration?, model: String?, path: String) throws {
        let name = try configuration?.className ?? ""
        let ofModel = model.flatMap { Self.classes[$0] } ?? ""
        switch name.isEmpty ? ofModel : name {
        case "LlamaTokenizer": self = Self.openedByBackend.contains(model ?? "") ? .general : .llama
        case "CodeLlamaTokenizer": self = .codeLlama
        case "GemmaTokenizer": self = .gemma
        case "T5Tokenizer": self = .t5
        case let other:
            if Self.ofOwnNumbers.contains(other) || Self.ofOwnCode.contains(other) {
                let way = "\(other) numbers or frames the pieces in a way of its own"
                let advice =
                    Self.ofOwnNumbers.contains(other)
                    ? "\(way); transformers writes the tokenizer.json that says how: AutoTokenizer.from_pretrained(DIRECTORY).save_pretrained(DIRECTORY)"
                    : "\(way), by Python code; open a model of another class"
                guard let configuration, !name.isEmpty else { throw TokenizerError.file(path, advice) }
                throw configuration.fields.error(
                    "tokenizer_class",
                    expected: "LlamaTokenizer, CodeLlamaTokenizer, GemmaTokenizer, T5Tokenizer or none", advice: advice)
            }
            self = .general
        }
    }

    /// The models of which transformers reads the class from their configuration, whatever the tokenizer's says.
    private static let openedByBackend: Set = [
        "fuyu", "granite", "internlm2", "internlm3", "jamba", "llava", "llava_next", "minicpm3", "ministral",
        "ministral3", "mistral", "mistral3", "mixtral", "persimmon",
        "phi3", "phi3_v", "phimoe", "stablelm", "vipllava",
    ]

    /// The class of a model whose tokenizer names none; TokenizersBackend for all others.
    private static let classes = [
        "t5": "T5Tokenizer", "mt5": "T5Tokenizer", "switch_transformers": "T5Tokenizer",
        "code_llama": "CodeLlamaTokenizer",
        "gemma": "GemmaTokenizer", "gemma2": "GemmaTokenizer", "gemma3": "GemmaTokenizer",
        "gemma3_text": "GemmaTokenizer", "gemma3n": "GemmaTokenizer",
        "gemma3n_text": "GemmaTokenizer", "recurrent_gemma": "GemmaTokenizer", "shieldgemma2": "GemmaTokenizer",
        "t5gemma": "GemmaTokenizer",
        "albert": "AlbertTokenizer", "barthez": "BarthezTokenizer", "big_bird": "BigBirdTokenizer",
        "camembert": "CamembertTokenizer", "deberta-v2": "DebertaV2Tokenizer",
        "fnet": "FNetTokenizer", "gte": "XLMRobertaTokenizer", "mbart": "MBartTokenizer", "mbart50": "MBart50Tokenizer",
        "nllb": "NllbTokenizer", "nllb-moe": "NllbTokenizer",
        "pegasus": "PegasusTokenizer", "reformer": "ReformerTokenizer", "rembert": "RemBertTokenizer",
        "siglip": "SiglipTokenizer", "udop": "UdopTokenizer",
        "xlm-roberta": "XLMRobertaTokenizer", "xlnet": "XLNetTokenizer", "xmod": "XLMRobertaTokenizer",
        "yoso": "AlbertTokenizer",
    ]

    private static let ofOwnNumbers: Set = Set(
        [
            "Albert", "Barthez", "BigBird", "Camembert", "DebertaV2", "FNet", "Lasr", "LayoutXLM", "MBart", "MBart50",
            "Nllb", "Parakeet", "Pegasus", "Reformer", "RemBert",
            "SeamlessM4T", "Udop", "VideoPrism", "XGLM", "XLMRoberta", "XLNet",
        ].map { $0 + "Tokenizer" })

    private static let ofOwnCode: Set = Set(
        [
            "Bartpho", "BertGeneration", "BertJapanese", "Cpm", "GPTSw3", "M2M100", "MLuke", "Marian", "PLBart",
            "Siglip", "Speech2Text", "SpeechT5", "Tipsv2",
        ].map { $0 + "Tokenizer" })
}
