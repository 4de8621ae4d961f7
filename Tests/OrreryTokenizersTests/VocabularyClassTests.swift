import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

/// Classes of transformers that no pipeline stands for, and those that are not known; the others are among the goldens
/// of `OddFileTests`.
@Suite struct VocabularyClassTests {
    private func open(
        _ files: [String: String], model: SentencePieceModel? = nil, as name: String = "tokenizer.model"
    ) throws -> (any Tokenizer, warnings: [String]) {
        try withTemporaryDirectory { directory in
            for (name, text) in files { try Data(text.utf8).write(to: directory.appendingPathComponent(name)) }
            if let model { try model.write(to: directory.appendingPathComponent(name).path) }
            var warnings: [String] = []
            return (try TokenizerLoader.load(path: directory.path) { warnings.append($0) }, warnings)
        }
    }

    private static let pairs = [
        "vocab.json": #"{"a": 0, "b": 1, "<|endoftext|>": 2}"#, "merges.txt": "#version: 0.2\n",
    ]
    private static let pieces = ["vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n"]

    @Test(arguments: ["BlenderbotSmallTokenizer", "CTRLTokenizer", "XLMTokenizer", "M2M100Tokenizer", "LukeTokenizer"])
    func pairsOfOwnCode(name: String) {
        let problem =
            message {
                _ = try open(Self.pairs.merging(["tokenizer_config.json": #"{"tokenizer_class": "\#(name)"}"#]) { $1 })
            } ?? "accepted"
        #expect(
            problem.contains(
                #"tokenizer_config.json: field "tokenizer_class": expected a class that only a pipeline stands for, found "\#(name)""#
            ), "\(problem)")
        #expect(
            problem.contains(
                "\(name) cuts texts by Python code of its own; open a model of another class, or one whose directory has a tokenizer.json"
            ))
    }

    @Test(arguments: ["BertJapaneseTokenizer", "RoFormerTokenizer", "TapasTokenizer", "EsmTokenizer"])
    func piecesOfOwnCode(name: String) {
        let problem =
            message {
                _ = try open(Self.pieces.merging(["tokenizer_config.json": #"{"tokenizer_class": "\#(name)"}"#]) { $1 })
            } ?? "accepted"
        #expect(problem.contains("\(name) cuts texts by Python code of its own"), "\(problem)")
    }

    private static var model: SentencePieceModel {
        var model = SentencePieceModel(kind: .unigram)
        model.append("<unk>".utf8, score: 0, type: .unknown)
        for mark in ["<s>", "</s>"] { model.append(mark.utf8, score: 0, type: .control) }
        for (rank, piece) in ["▁", "a", "b", "▁a", "▁b"].enumerated() {
            model.append(piece.utf8, score: -1 - Float(rank))
        }
        return model
    }

    /// The file has another name in the directories of most of these classes.
    @Test(arguments: ["sentencepiece.bpe.model", "spiece.model", "tokenizer.model"]) func piecesOfOwnNumbers(
        file: String
    ) {
        let named =
            message {
                _ = try open(
                    ["tokenizer_config.json": #"{"tokenizer_class": "XLMRobertaTokenizerFast"}"#], model: Self.model,
                    as: file)
            } ?? "accepted"
        #expect(
            named.contains(
                "tokenizer_config.json: field \"tokenizer_class\": expected LlamaTokenizer, CodeLlamaTokenizer, GemmaTokenizer, T5Tokenizer or none"
            ), "\(named)")
        #expect(
            named.contains(
                "XLMRobertaTokenizer numbers or frames the pieces in a way of its own; transformers writes the tokenizer.json that says how"
            ))
        let concluded =
            message { _ = try open(["config.json": #"{"model_type": "camembert"}"#], model: Self.model, as: file) }
            ?? "accepted"
        #expect(concluded.contains("\(file): CamembertTokenizer numbers or frames the pieces"), "\(concluded)")
        let code =
            message {
                _ = try open(
                    ["tokenizer_config.json": #"{"tokenizer_class": "SiglipTokenizer"}"#], model: Self.model, as: file)
            } ?? "accepted"
        #expect(
            code.contains("SiglipTokenizer numbers or frames the pieces in a way of its own, by Python code"), "\(code)"
        )
    }

    @Test func unknownClassesAreSaid() throws {
        let (tokenizer, warnings) = try open(
            Self.pieces.merging(["tokenizer_config.json": #"{"tokenizer_class": "MyTokenizer", "do_lower_case": true}"#]
            ) { $1 })
        #expect(try tokenizer.encode("a b") == [2, 5, 6, 3])
        #expect(
            warnings.contains {
                $0.contains("the class MyTokenizer of tokenizer_config.json is not known here; it is opened as bert")
            }, "\(warnings)")
    }

    @Test func strangeSettings() {
        let many =
            message {
                _ = try open(
                    ["tokenizer_config.json": #"{"tokenizer_class": "T5Tokenizer", "extra_ids": 1000000000}"#],
                    model: Self.model)
            } ?? "accepted"
        #expect(many.contains("field \"extra_ids\": expected an integer from 0 to 65536, found 1000000000"), "\(many)")
        let language =
            message {
                _ = try open(
                    Self.pairs.merging([
                        "tokenizer_config.json": #"{"tokenizer_class": "WhisperTokenizer", "language": "klingon"}"#
                    ]) { $1 })
            } ?? "accepted"
        #expect(
            language.contains(
                "field \"language\": expected the code of a language that the vocabulary has a token for"),
            "\(language)")
    }

    /// What files add as words stays so when the tokenizer is written and opened again.
    @Test(arguments: [
        "", #", "legacy": true"#, #", "tokenizer_class": "LlamaTokenizer""#,
        #", "tokenizer_class": "LlamaTokenizer", "legacy": true"#,
    ])
    func wordsStay(setting: String) throws {
        var model = Self.model
        model.kind = .bpe
        let configuration =
            #"{"added_tokens_decoder": {"8": {"content": "<x>", "special": false, "rstrip": true}, "9": {"content": "<y>", "special": true}}\#(setting)}"#
        let (first, _) = try open(["tokenizer_config.json": configuration], model: model)
        try withTemporaryDirectory { directory in
            try first.save(to: directory.path)
            let second = try TokenizerLoader.load(path: directory.path)
            for text in ["<x>a", "a<x> b<y>a", "<y> a", " a<unk>b"] {
                #expect(try first.encode(text) == second.encode(text), "\(text)")
                let words = EncodingOptions(recognizesSpecialTokens: false)
                #expect(try first.encode(text, options: words) == second.encode(text, options: words), "\(text)")
            }
            #expect(
                try second.encode("<x>", options: EncodingOptions(recognizesSpecialTokens: false)) == [8]
                    && second.decode([8, 4, 9], skipsSpecialTokens: true) == "<x>a")
        }
    }

    /// The hundred marks that T5's class adds would be rows too many for a model of ours.
    @Test func oursHasNoSentinels() throws {
        try withTemporaryDirectory { directory in
            try SentencePieceTokenizer(Self.model).save(to: directory.path)
            #expect(try TokenizerLoader.load(path: directory.path).vocabularySize == 8)
        }
        let (tokenizer, _) = try open(
            ["tokenizer_config.json": #"{"tokenizer_class": "T5Tokenizer"}"#], model: Self.model)
        #expect(tokenizer.vocabularySize == 108)
        try withTemporaryDirectory { directory in
            try tokenizer.save(to: directory.path)
            let copy = try TokenizerLoader.load(path: directory.path)
            #expect(try copy.vocabularySize == 108 && copy.encode("<extra_id_0>a") == tokenizer.encode("<extra_id_0>a"))
        }
    }
}
