import OrreryFiles

/// What transformers' classes put around a vocabulary that stands alone: `vocab.json` with `merges.txt`, or
/// `vocab.txt`.
///
/// Source: transformers 5.24, `models/*/tokenization_*.py` and, for models whose tokenizer names no class,
/// `models/auto/tokenization_auto.py`.
enum VocabularyClass {
    // vocab.json
    case gpt2, codeGen, whisper, gptNeoX, qwen2, cohere, roberta, layoutLMv3, blenderbot, deberta, clip, herbert,
        openAIGPT
    // vocab.txt
    case bert, dpr, funnel, mpnet, splinter

    /// - Parameters:
    ///   - configuration: names the class.
    ///   - model: `model_type` of config.json, which counts where no class is named.
    ///   - isPieces: whether the vocabulary is a `vocab.txt`.
    /// - Throws: `FileError` that names a class which cuts or frames texts by code of its own.
    init(_ configuration: TokenizerConfiguration?, model: String?, isPieces: Bool) throws {
        let name = try configuration?.className ?? ""
        if let configuration, (isPieces ? Self.refusedOfPieces : Self.refusedOfPairs).contains(name) {
            throw configuration.fields.error(
                "tokenizer_class", expected: "a class that only a pipeline stands for",
                advice:
                    "\(name) cuts texts by Python code of its own; open a model of another class, or one whose directory has a tokenizer.json"
            )
        }
        self =
            isPieces
            ? Self.ofPieces(name) ?? Self.ofPieces(model: model) : Self.ofPairs(name) ?? Self.ofPairs(model: model)
    }

    /// Whether the class is one of those above, or is none that is known.
    static func isKnown(_ name: String, isPieces: Bool) -> Bool {
        name.isEmpty || (isPieces ? ofPieces(name) : ofPairs(name)) != nil
    }

    private static let refusedOfPieces: Set = Set(
        [
            "BertJapanese", "Bertweet", "CpmAnt", "Esm", "GPTNeoXJapanese", "Phobert", "ProphetNet", "RoCBert",
            "RoFormer", "Tapas",
        ].map { $0 + "Tokenizer" })

    private static let refusedOfPairs: Set = Set(
        [
            "BioGpt", "BlenderbotSmall", "CTRL", "Clvp", "FSMT", "FastSpeech2Conformer", "Flaubert", "Luke", "M2M100",
            "Marian", "MarkupLM", "Mgpstr", "MyT5", "Nougat", "Speech2Text",
            "Vits", "Wav2Vec2CTC", "Wav2Vec2Phoneme", "XLM",
        ].map { $0 + "Tokenizer" })

    private static func ofPairs(_ name: String) -> VocabularyClass? {
        switch name {
        case "GPT2Tokenizer": .gpt2
        case "CodeGenTokenizer": .codeGen
        case "WhisperTokenizer": .whisper
        case "GPTNeoXTokenizer": .gptNeoX
        case "CohereTokenizer": .cohere
        case "RobertaTokenizer", "BartTokenizer", "LongformerTokenizer", "LEDTokenizer", "MvpTokenizer": .roberta
        case "LayoutLMv3Tokenizer": .layoutLMv3
        case "BlenderbotTokenizer": .blenderbot
        case "DebertaTokenizer": .deberta
        case "CLIPTokenizer": .clip
        case "HerbertTokenizer": .herbert
        case "OpenAIGPTTokenizer": .openAIGPT
        default: name.hasPrefix("Qwen2") ? .qwen2 : nil
        }
    }

    private static func ofPairs(model: String?) -> VocabularyClass {
        switch model {
        case "whisper": .whisper
        case "gpt_neox", "falcon_mamba", "mamba", "mamba2", "mpt", "olmo", "olmoe", "rwkv", "xlstm": .gptNeoX
        case "cohere", "cohere2", "aya_vision": .cohere
        case "roberta", "roberta-prelayernorm", "bart", "longformer", "led", "mvp", "bridgetower", "clap",
            "data2vec-text", "florence2", "ibert", "lilt", "mega", "mra":
            .roberta
        case "layoutlmv3": .layoutLMv3
        case "blenderbot": .blenderbot
        case "deberta": .deberta
        case "aimv2", "clip", "clipseg", "groupvit", "omdet-turbo", "oneformer", "owlv2", "owlvit", "sam3", "xclip":
            .clip
        case "herbert": .herbert
        case "openai-gpt": .openAIGPT
        default: model.map { $0.hasPrefix("qwen2") || $0.hasPrefix("qwen3") } == true ? .qwen2 : .gpt2
        }
    }

    private static func ofPieces(_ name: String) -> VocabularyClass? {
        switch name {
        case "BertTokenizer", "ConvBertTokenizer", "DistilBertTokenizer", "ElectraTokenizer", "LayoutLMTokenizer",
            "LayoutLMv2Tokenizer", "LxmertTokenizer", "MobileBertTokenizer",
            "RealmTokenizer", "RetriBertTokenizer", "SqueezeBertTokenizer":
            .bert
        case "DPRContextEncoderTokenizer", "DPRQuestionEncoderTokenizer", "DPRReaderTokenizer": .dpr
        case "FunnelTokenizer": .funnel
        case "MPNetTokenizer": .mpnet
        case "SplinterTokenizer": .splinter
        default: nil
        }
    }

    private static func ofPieces(model: String?) -> VocabularyClass {
        switch model {
        case "dpr": .dpr
        case "funnel": .funnel
        case "mpnet": .mpnet
        case "splinter": .splinter
        default: .bert
        }
    }

    // MARK: What differs

    /// The tokens with a role that the class has where the files name none.
    var roles: [String: String] {
        let end = "<|endoftext|>"
        let sentence = [
            "bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>", "unk_token": "<unk>",
            "pad_token": "<pad>", "mask_token": "<mask>",
        ]
        let brackets = [
            "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]",
            "mask_token": "[MASK]",
        ]
        return switch self {
        case .gpt2, .codeGen, .whisper: ["bos_token": end, "eos_token": end, "unk_token": end]
        case .gptNeoX: ["bos_token": end, "eos_token": end, "unk_token": end, "pad_token": "<|padding|>"]
        case .qwen2: ["eos_token": end, "unk_token": end, "pad_token": end]
        case .cohere:
            [
                "bos_token": "<BOS_TOKEN>", "eos_token": "<|END_OF_TURN_TOKEN|>", "unk_token": "<UNK>",
                "pad_token": "<PAD>", "cls_token": "<CLS>", "sep_token": "<SEP>",
                "mask_token": "<MASK_TOKEN>",
            ]
        case .roberta, .layoutLMv3, .blenderbot: sentence
        case .deberta: brackets.merging(["bos_token": "[CLS]", "eos_token": "[SEP]"]) { $1 }
        case .clip: ["bos_token": "<|startoftext|>", "eos_token": end, "unk_token": end, "pad_token": end]
        case .herbert: sentence.filter { !["bos_token", "eos_token"].contains($0.key) }
        case .openAIGPT: ["unk_token": "<unk>"]
        case .bert, .dpr: brackets
        case .funnel:
            [
                "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "<sep>",
                "pad_token": "<pad>", "cls_token": "<cls>", "mask_token": "<mask>",
            ]
        case .mpnet: sentence.merging(["unk_token": "[UNK]"]) { $1 }
        case .splinter: brackets.merging(["question_token": "[QUESTION]"]) { $1 }
        }
    }

    /// Whether a mask token that is named by its text takes the space before it.
    var maskTakesSpace: Bool {
        switch self {
        case .blenderbot, .mpnet: true
        default: false
        }
    }

    /// Whether a space is put before a text that begins with none, where the files do not say.
    var addsPrefixSpace: Bool {
        switch self {
        case .blenderbot, .layoutLMv3: true
        default: false
        }
    }
}
