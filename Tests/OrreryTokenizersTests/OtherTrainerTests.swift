import Foundation
import OrreryFiles
import OrreryTokenizerTraining
import OrreryTokenizers
import Testing

/// WordPiece, whole words, and sentencepiece's kinds are learnt as their libraries learn them
/// (scripts/goldens/make_trainer_goldens.py).
@Suite struct OtherTrainerTests {
    private func pieces(_ tokenizer: any Tokenizer) -> [String] {
        (0 ..< TokenID(tokenizer.vocabularySize)).map {
            String(decoding: tokenizer.piece(for: $0) ?? [], as: UTF8.self)
        }
    }

    private func train(
        _ kind: TokenizerTrainer.Kind, _ text: String, threads: Int = 2,
        _ change: (inout TokenizerTrainer) throws -> Void = { _ in }
    ) throws -> TokenizerTrainer.Result {
        var trainer = TokenizerTrainer(kind, resources: TokenizerTrainer.Resources(threads: threads))
        try change(&trainer)
        return try Array(text.utf8).withUnsafeBufferPointer {
            try trainer.train(on: TrainingCorpus($0, unit: trainer.unit))
        }
    }

    @Test(arguments: Array(TrainerGoldens.cases("word_piece").indices)) func wordPieces(index: Int) throws {
        let golden = TrainerGoldens.cases("word_piece")[index], given = try golden.fields("settings")
        let result = try train(.wordPiece, TrainerGoldens.text(golden)) {
            $0.vocabularySize = try given.int("vocab_size")
            $0.minimalFrequency = try given.intIfPresent("min_frequency") ?? 0
            $0.specialTokens = try given.strings("special_tokens")
        }
        let tokenizer = try #require(result.tokenizer as? WordPieceTokenizer)
        #expect(tokenizer.pieces.map { String(decoding: $0, as: UTF8.self) } == (try golden.strings("vocab")))
    }

    @Test(arguments: Array(TrainerGoldens.cases("word_level").indices)) func wholeWords(index: Int) throws {
        let golden = TrainerGoldens.cases("word_level")[index], given = try golden.fields("settings")
        let result = try train(.wordLevel, TrainerGoldens.text(golden)) {
            $0.vocabularySize = try given.int("vocab_size")
            $0.minimalFrequency = try given.intIfPresent("min_frequency") ?? 0
            $0.specialTokens = try given.strings("special_tokens")
        }
        #expect(pieces(result.tokenizer) == (try golden.strings("vocab")))
    }

    private func settings(_ given: JSONFields) throws -> SentencePieceTraining {
        var settings = SentencePieceTraining()
        settings.characterCoverage = try given.doubleIfPresent("character_coverage") ?? settings.characterCoverage
        settings.byteFallback = try given.boolIfPresent("byte_fallback") ?? false
        settings.splitsByScript = try given.boolIfPresent("split_by_unicode_script") ?? true
        settings.splitsByNumber = try given.boolIfPresent("split_by_number") ?? true
        settings.splitsByWhitespace = try given.boolIfPresent("split_by_whitespace") ?? true
        settings.splitsDigits = try given.boolIfPresent("split_digits") ?? false
        settings.maximalLength = try given.intIfPresent("max_sentencepiece_length") ?? 16
        return settings
    }

    private func sentencePieces(
        _ golden: JSONFields, threads: Int = 2
    ) throws -> (result: TokenizerTrainer.Result, pieces: [String]) {
        let given = try golden.fields("settings")
        let kind: TokenizerTrainer.Kind = try given.string("model_type") == "bpe" ? .sentencePieceBPE : .unigram
        let result = try train(kind, TrainerGoldens.text(golden), threads: threads) {
            $0.vocabularySize = try given.int("vocab_size")
            $0.sentencePiece = try settings(given)
        }
        let model = try #require(result.tokenizer as? SentencePieceTokenizer).model
        return (result, model.pieces.map { String(decoding: $0, as: UTF8.self) })
    }

    @Test(arguments: Array(TrainerGoldens.cases("sentence_piece").indices)) func sentencePieces(index: Int) throws {
        let golden = TrainerGoldens.cases("sentence_piece")[index]
        let (result, pieces) = try sentencePieces(golden)
        let expected = try golden.strings("vocab")
        #expect(pieces.count == expected.count)
        if try golden.fields("settings").string("model_type") == "bpe" {
            #expect(pieces == expected)
        } else {
            // The pieces to begin with come from words rather than lines, which in texts as small as these may show:
            // two in three are the same.
            let common = Set(pieces).intersection(expected)
            #expect(3 * common.count >= 2 * expected.count, "\(common.count) of \(expected.count)")
            let (tokens, theirs) = (try tokenCount(result.tokenizer, golden), try golden.int("tokens"))
            #expect(Double(tokens) <= 1.03 * Double(theirs), "\(tokens) tokens, there \(theirs)")
        }
        #expect(result.report.tokens == (try tokenCount(result.tokenizer, golden)))
    }

    private func tokenCount(_ tokenizer: any Tokenizer, _ golden: JSONFields) throws -> Int {
        // As bytes: to Swift "\r\n" is one character, and no line break.
        try Array(TrainerGoldens.text(golden).utf8).split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        )
        .reduce(0) {
            try $0
                + tokenizer.encode(
                    String(decoding: $1, as: UTF8.self), options: EncodingOptions(recognizesSpecialTokens: false)
                ).count
        }
    }

    @Test(arguments: Array(TrainerGoldens.cases("sentence_piece").indices)) func anyNumberOfThreads(index: Int) throws {
        let golden = TrainerGoldens.cases("sentence_piece")[index]
        let models = try [1, 4].map {
            try #require(sentencePieces(golden, threads: $0).result.tokenizer as? SentencePieceTokenizer).model
        }
        #expect(models[0].encoded == models[1].encoded)
    }

    /// The `.model` and the `tokenizer.json` of one training give the same tokens and texts.
    @Test(arguments: [TokenizerTrainer.Kind.sentencePieceBPE, .unigram], [false, true]) func bothFiles(
        kind: TokenizerTrainer.Kind, bytes: Bool
    ) throws {
        let text = try TrainerGoldens.text(TrainerGoldens.cases("sentence_piece")[0])
        let result = try train(kind, text) {
            $0.vocabularySize = bytes ? 420 : 170
            $0.sentencePiece.byteFallback = bytes
            $0.specialTokens = ["<user>"]
        }
        try withTemporaryDirectory { directory in
            let (model, json) = (
                directory.appendingPathComponent("t.model").path,
                directory.appendingPathComponent("tokenizer.json").path
            )
            try #require(result.tokenizer as? SentencePieceTokenizer).model.write(to: model)
            let file = try #require(result.tokenizer.huggingFaceFiles().first { $0.name == "tokenizer.json" })
            try AtomicFile.write(Array(file.contents), to: json)
            let (first, second) = (try TokenizerLoader.load(path: model), try TokenizerLoader.load(path: json))
            for line in text.split(separator: "\n").map(String.init) + [
                "  two  spaces ", "unseen Ω漢", "<user>hello", "a",
            ] {
                let ids = try first.encode(line)
                #expect(try second.encode(line) == ids, "\(line)")
                // What is unknown is " ⁇ " in the one and "<unk>" in the other.
                if !line.contains("  "), !ids.contains(0) {
                    #expect(try second.decode(ids) == first.decode(ids), "\(line)")
                }
            }
        }
    }

    @Test func wordPiecesComeBackFromTheirFiles() throws {
        let result = try train(
            .wordPiece, String(repeating: "The planets turned; they are turning around. 惑星\n", count: 20)
        ) { $0.vocabularySize = 80 }
        let tokenizer = try #require(result.tokenizer as? WordPieceTokenizer)
        try withTemporaryDirectory { directory in
            try tokenizer.save(to: directory.path)
            try AtomicFile.write(tokenizer.vocabularyText, to: directory.appendingPathComponent("vocab.txt").path)
            let copies = try ["tokenizer.json", "vocab.txt"].map {
                try TokenizerLoader.load(path: directory.appendingPathComponent($0).path)
            }
            for copy in copies {
                for text in nastyTexts + ["The planets", "turnings"] {
                    #expect(try copy.encode(text) == tokenizer.encode(text))
                }
            }
        }
    }

    @Test func refusesWhatCannotBe() throws {
        func problem(
            _ kind: TokenizerTrainer.Kind, _ text: String = "some text", _ change: (inout TokenizerTrainer) -> Void
        ) -> String? {
            message { _ = try train(kind, text) { change(&$0) } }
        }
        #expect(
            problem(.unigram) { $0.sentencePiece.characterCoverage = 1.5 }
                == "character coverage: expected more than 0, at most 1, found 1.5")
        #expect(
            problem(.unigram) { $0.sentencePiece.maximalLength = 0 }
                == "maximal piece length: expected 1 to 255, found 0")
        #expect(
            problem(.unigram) { $0.vocabularySize = 5 }?.contains(
                "vocabulary size 5 has no room for 7 characters and 3 other pieces") == true)
        #expect(
            problem(.sentencePieceBPE) { $0.vocabularySize = 5 }?.contains("vocabulary size 5 has no room for") == true)
        #expect(problem(.sentencePieceBPE, "\n\n") { _ in }?.contains("there is no line to train on") == true)
        #expect(
            problem(.sentencePieceBPE, String(repeating: "x", count: 5000)) { _ in }?.contains("at most 4192 bytes")
                == true)
        #expect(problem(.wordPiece) { $0.vocabularySize = 6 }?.contains("vocabulary size 6 has no room for") == true)
        #expect(problem(.wordPiece) { $0.alphabetLimit = 0 } == "alphabet limit: expected at least 1, found 0")
        #expect(problem(.wordLevel) { $0.vocabularySize = 0 } == "vocabulary size: expected 1 to 2097152, found 0")
        #expect(problem(.unigram) { $0.specialTokens = ["<x>", "<x>"] }?.contains("is there twice") == true)
    }

    /// Bytes that are no text, and texts without structure, are learnt from without a trap.
    @Test(arguments: TokenizerTrainer.Kind.allCases) func anyBytes(kind: TokenizerTrainer.Kind) throws {
        let noise = (0 ..< 4000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        for bytes in [
            noise, [0], [0xE2, 0x96, 0x85, 0x0A, 0x41], Array("\0\0 \u{2585} \u{2581}\u{2581} a\n".utf8),
            [UInt8](repeating: 0x61, count: 3000),
        ] {
            var trainer = TokenizerTrainer(kind)
            trainer.vocabularySize = 1000
            do {
                let result = try bytes.withUnsafeBufferPointer { try trainer.train(on: TrainingCorpus($0)) }
                #expect(result.tokenizer.vocabularySize <= 1000)
            } catch let error as TokenizerError {
                #expect("\(error)".contains("expected"), "\(error)")
            }
        }
    }
}
