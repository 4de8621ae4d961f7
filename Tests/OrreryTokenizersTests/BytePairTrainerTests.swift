import Foundation
import OrreryFiles
import OrreryTokenizerTraining
import OrreryTokenizers
import Testing

/// Byte-level BPE is learnt as Hugging Face tokenizers learns it (scripts/goldens/make_trainer_goldens.py).
@Suite struct BytePairTrainerTests {
    private static let cases = Array(TrainerGoldens.cases("byte_level").indices)

    @Test(arguments: cases) func learnsWhatTokenizersLearns(index: Int) throws {
        let golden = TrainerGoldens.cases("byte_level")[index]
        let (given, text) = (try golden.fields("settings"), try TrainerGoldens.text(golden))
        var settings = BytePairTrainer.Settings()
        settings.vocabularySize = try given.int("vocab_size", in: 1 ... 100_000)
        settings.minimalFrequency = try given.intIfPresent("min_frequency", in: 0 ... 1000) ?? 0
        settings.maximalTokenLength = try given.intIfPresent("max_token_length", in: 0 ... 1000)
        settings.specialTokens = given.has("special_tokens") ? try given.strings("special_tokens") : []
        settings.pattern = given.has("cl100k") ? .cl100k : .gpt2
        let unit: TrainingCorpus.Unit = given.has("lines") ? .line : .document

        let tokenizer = try Array(text.utf8).withUnsafeBufferPointer { bytes in
            try BytePairTrainer(settings).train(on: TrainingCorpus(bytes, unit: unit)).tokenizer
        }
        let (vocabulary, merges) = try modelOf(tokenizer)
        let expected = try golden.strings("vocab")
        #expect(vocabulary == Dictionary(uniqueKeysWithValues: expected.enumerated().map { ($1, $0) }))
        #expect(merges == (try golden.array("merges").map(Self.pair)))
    }

    private static func pair(_ value: JSONValue) throws -> String {
        guard case .array(let parts) = value, case .string(let left)? = parts.first,
            case .string(let right)? = parts.last
        else {
            throw FileError.content("goldens.json", expected: "pairs of pieces")
        }
        return "\(left) \(right)"
    }

    private func modelOf(_ tokenizer: BytePairTokenizer) throws -> (vocabulary: [String: Int], merges: [String]) {
        let file = try #require(tokenizer.files().first { $0.name == "tokenizer.json" })
        let model = try JSONFields(
            JSONValue(parsing: String(decoding: file.contents, as: UTF8.self), file: file.name), file: file.name
        ).fields("model")
        let members = try model.fields("vocab")
        var vocabulary: [String: Int] = [:]
        for key in members.object.keys { vocabulary[key] = try members.int(key, in: 0 ... 1_000_000) }
        return (vocabulary, try model.strings("merges"))
    }

    /// The number of threads, the number of files and where a file was cut into pieces change nothing.
    @Test func oneResult() throws {
        let line = "the planets turn, it's 1234 times (or more) around\n\n    the sun; à l'œil nu \r\n"
        let text = (0 ..< 300_000).map { $0 % 7 == 0 ? line : String(line.dropFirst($0 % 11)) }.joined()
        #expect(text.utf8.count > 2 * CutRule.window)
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("text.txt").path
            try AtomicFile.write(text, to: path)
            for (pattern, unit) in [
                (SplitPattern.gpt2, TrainingCorpus.Unit.document), (.cl100k, .document), (.o200k, .line),
            ] {
                var settings = BytePairTrainer.Settings()
                (settings.vocabularySize, settings.pattern) = (400, pattern)
                let corpus = try TrainingCorpus(files: [path], unit: unit)
                let results = try [1, 2, 5].map {
                    try BytePairTrainer(settings, resources: TokenizerTrainer.Resources(threads: $0)).train(on: corpus)
                }
                let files = try results.map { try $0.tokenizer.files() }
                #expect(files[0] == files[1] && files[0] == files[2])
                // Counts are those of the words that an encoder finds in the whole text.
                let ids = try results[0].tokenizer.encode(unit == .document ? text : "")
                if unit == .document { #expect(results[0].report.tokens == ids.count) }
            }
        }
    }

    @Test func everyCutIsBetweenWords() throws {
        var dice = SystemRandomNumberGenerator()
        let parts = [
            "a", "Z", "é", "漢", " ", "  ", "\n", "\r\n", "\t", "'s", "'", "1", "22", ".", ";\n", "/", "\u{301}",
            "\u{85}", "the", "\u{A0}", "'LL", "\n\n",
        ]
        for _ in 0 ..< 300 {
            let text = Array((0 ..< 120).map { _ in parts.randomElement(using: &dice)! }.joined().utf8)
            try text.withUnsafeBufferPointer { text in
                let cuts = (1 ..< text.count).filter { CutRule.words.isCut($0, in: text) }
                for pattern in [SplitPattern.gpt2, .cl100k, .o200k, .llama3, .qwen2] {
                    let ends = Set(try pattern.wordEnds(of: text))
                    let wrong = cuts.first { !ends.contains($0) }
                    #expect(
                        wrong == nil,
                        "\(pattern): \(String(decoding: text, as: UTF8.self).debugDescription) at byte \(wrong ?? 0)")
                }
                for rule in [CutRule.words, .lines, .never] {
                    let pieces = (0 ..< (text.count + 6) / 7).compactMap {
                        rule.range(ofPiece: $0, in: text, window: 7)
                    }
                    #expect(pieces.first?.lowerBound == 0 && pieces.last?.upperBound == text.count)
                    for (piece, next) in zip(pieces, pieces.dropFirst()) {
                        #expect(piece.upperBound == next.lowerBound && !piece.isEmpty)
                    }
                }
            }
        }
    }

    /// Where there is too little memory for all words the rare ones go, whatever the number of threads, and the report
    /// says so.
    @Test func rareWordsAreForgotten() throws {
        let text = Array((0 ..< 400_000).map { "common \($0 % 1000 == 0 ? "often" : "w\($0)x") " }.joined().utf8)
        try text.withUnsafeBufferPointer { text in
            let corpus = try TrainingCorpus(text)
            var settings = BytePairTrainer.Settings()
            (settings.vocabularySize, settings.pattern) = (300, .gpt2)
            let results = try [1, 3].map {
                try BytePairTrainer(settings, resources: TokenizerTrainer.Resources(threads: $0, wordMemory: 1 << 20))
                    .train(
                        on: corpus)
            }
            #expect(try results[0].tokenizer.files() == results[1].tokenizer.files())
            #expect(results.allSatisfy { $0.report.forgottenWords > 300_000 && $0.report.words < 1000 })
            #expect(results[0].tokenizer.id(forPiece: Array(" often".utf8)) != nil)
        }
    }

    @Test func comesBackFromItsFiles() throws {
        let text = Array(String(repeating: "Planets turn; they've turned. 漢字 \u{1F600}\n", count: 50).utf8)
        var settings = BytePairTrainer.Settings()
        (settings.vocabularySize, settings.specialTokens, settings.pattern) = (320, ["<|end|>", "<|pad|>"], .cl100k)
        let tokenizer = try text.withUnsafeBufferPointer {
            try BytePairTrainer(settings).train(on: TrainingCorpus($0)).tokenizer
        }
        #expect(tokenizer.endOfText == 0 && (259 ... 320).contains(tokenizer.vocabularySize))
        try withTemporaryDirectory { directory in
            try tokenizer.save(to: directory.path)
            let copy = try TokenizerLoader.load(path: directory.path)
            for sample in nastyTexts + ["<|end|>Planets turned<|pad|>"] {
                let ids = try tokenizer.encode(sample)
                #expect(try copy.encode(sample) == ids)
                #expect(try tokenizer.decode(ids) == sample)
            }
        }
    }

    @Test func refusesWhatCannotBe() throws {
        func problem(_ text: String = "some text", _ change: (inout BytePairTrainer.Settings) -> Void) -> String? {
            message {
                var settings = BytePairTrainer.Settings()
                change(&settings)
                _ = try Array(text.utf8).withUnsafeBufferPointer {
                    try BytePairTrainer(settings).train(on: TrainingCorpus($0))
                }
            }
        }
        #expect(problem { $0.vocabularySize = 0 } == "vocabulary size: expected 1 to 2097151, found 0")
        #expect(problem { $0.vocabularySize = 100 }?.contains("has no room for 256 bytes and special tokens") == true)
        #expect(problem { $0.minimalFrequency = -1 } == "minimal frequency: expected 0 or more, found -1")
        #expect(problem { $0.alphabetLimit = 0 } == "alphabet limit: expected 1 to 256, found 0")
        #expect(problem { $0.maximalTokenLength = 0 } == "maximal token length: expected at least 1, found 0")
        #expect(problem { $0.specialTokens = ["<e>", "<e>"] }?.contains("is there twice") == true)
        #expect(problem { $0.specialTokens = [""] }?.contains("is empty") == true)
        #expect(
            problem("text text text") { $0.specialTokens = ["text"] }?.contains(
                "special token \"text\" is also a word of the text") == true)
        #expect(problem { $0.pattern = .regex("(") }?.contains("is not a regular expression") == true)
        #expect(problem("") { _ in } == "there is no text to train on; expected some")
        #expect(
            message { _ = try TrainingCorpus(files: ["/nowhere/at-all"]) }
                == "/nowhere/at-all: no such file; expected a text file")
        #expect(
            message { _ = try BytePairTrainer(resources: TokenizerTrainer.Resources(threads: 0)) }
                == "threads: expected 1 to 1024, found 0")
    }

    /// What the progress report throws ends the training.
    @Test func stopsWhenAsked() throws {
        struct Stop: Error {}
        let text = Array(String(repeating: "Planets turn and turn. ", count: 100).utf8)
        _ = text.withUnsafeBufferPointer { text in
            #expect(throws: Stop.self) { try BytePairTrainer().train(on: TrainingCorpus(text)) { _ in throw Stop() } }
        }
    }
}
