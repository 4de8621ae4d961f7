import Foundation
import Orrery
import OrreryDemo
import Testing

/// What a program that imports the library does with a tokenizer: train, save, open, encode, look up.
@Suite struct TokenizerTests {
    private static let text = DemoCorpus().text(minimumBytes: 20_000)

    /// Runs `body` with a new directory, which is removed afterwards.
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.path + "/orrery-tokenizer-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    private func trainer(_ kind: TokenizerTrainer.Kind) -> TokenizerTrainer {
        var trainer = TokenizerTrainer(kind, resources: TokenizerTrainer.Resources(threads: 2))
        trainer.vocabularySize = kind == .bytePair ? 400 : 120
        if kind == .bytePair { trainer.specialTokens = ["<|endoftext|>"] }
        return trainer
    }

    /// A corpus in memory and the same one in a file teach the same; what is saved opens again and encodes alike.
    @Test(arguments: TokenizerTrainer.Kind.allCases)
    func aTrainedTokenizerIsSavedAndOpened(_ kind: TokenizerTrainer.Kind) throws {
        let trained = try trainer(kind).train(on: TrainingCorpus(text: Self.text))
        #expect(trained.report.bytes == Self.text.utf8.count && trained.tokenizer.vocabularySize > 5)
        try withDirectory { directory in
            let file = directory + "/text.txt"
            try Self.text.write(toFile: file, atomically: true, encoding: .utf8)
            let files = try TrainingCorpus.textFiles(in: directory)
            #expect(files == [file])
            let again = try trainer(kind).train(on: TrainingCorpus(files: files)).tokenizer
            try trained.tokenizer.save(to: directory)
            let opened = try TokenizerLoader.load(path: directory)
            let tokens = try opened.encode(Self.text)
            #expect(try tokens == again.encode(Self.text))
            #expect(try tokens == trained.tokenizer.encode(Self.text))
            #expect(try opened.decode(tokens) == trained.tokenizer.decode(tokens))
        }
    }

    @Test func tokensStandWhereTheirRangesSay() throws {
        let tokenizer = try trainer(.bytePair).train(on: TrainingCorpus(text: Self.text)).tokenizer
        let text = "a naïve text<|endoftext|>"
        let encoding = try tokenizer.encodeWithByteRanges(text), bytes = Array(text.utf8)
        #expect(encoding.byteRanges.flatMap { bytes[$0] } == bytes && encoding.ids.last == tokenizer.endOfText)
        for (id, range) in zip(encoding.ids, encoding.byteRanges) {
            #expect(tokenizer.piece(for: id) == Array(bytes[range]))
            #expect(tokenizer.id(forPiece: Array(bytes[range])) == id)
        }
        var decoder = StreamingDecoder(tokenizer, skipsSpecialTokens: true), streamed = ""
        for id in encoding.ids { streamed += try decoder.append(id) }
        #expect(try streamed + decoder.finish() == "a naïve text")
        #expect(try tokenizer.decode(encoding.ids) == text)
        let plain = try tokenizer.encode(text, options: EncodingOptions(recognizesSpecialTokens: false))
        #expect(!plain.contains(tokenizer.endOfText!))
        #expect(try tokenizer.decode(plain) == text)
        let options = EncodingOptions(truncation: Truncation(maxLength: 3, direction: .left))
        #expect(try tokenizer.encode(text, options: options) == encoding.ids.suffix(3))
        #expect(try tokenizer.encodeBatch([text, ""]) == [encoding.ids, []])
    }

    @Test func errorsNameWhatIsWrong() throws {
        #expect { try TokenizerLoader.load(path: "no-such-tokenizer") } throws: {
            $0 is TokenizerError && "\($0)".hasPrefix("no-such-tokenizer: does not exist; expected")
        }
        #expect { try TrainingCorpus(text: "") } throws: { "\($0)" == "there is no text to train on; expected some" }
        var tiny = trainer(.bytePair)
        tiny.vocabularySize = 3
        #expect { try tiny.validate() } throws: { "\($0)".contains("vocabulary size 3 has no room for 257") }
        let tokenizer = try trainer(.bytePair).train(on: TrainingCorpus(text: Self.text)).tokenizer
        #expect { try tokenizer.decode([1_000_000]) } throws: {
            "\($0)" == "token id 1000000 stands for nothing; expected an id of the vocabulary, 0 ..< 400"
        }
        #expect { try tokenizer.save(to: "/nowhere/at-all") } throws: {
            $0 is FileError && "\($0)".contains("/nowhere/at-all")
        }
    }
}
