import Foundation
import OrreryTokenizerTraining
import OrreryTokenizers
import Testing

@Suite struct SavedTokenizerTests {
    /// The tokenizer that comes back after saving `tokenizer`.
    private func reloaded(_ tokenizer: any Tokenizer) throws -> any Tokenizer {
        try withTemporaryDirectory { directory in
            try tokenizer.save(to: directory.path)
            let fromFolder = try TokenizerLoader.load(path: directory.path)
            let fromFile = try TokenizerLoader.load(path: directory.appendingPathComponent("tokenizer.json").path)
            #expect(fromFolder.endOfText == fromFile.endOfText)
            return fromFolder
        }
    }

    @Test func everyKindComesBack() throws {
        let text = nastyTexts.joined()
        let tokenizers: [any Tokenizer] = [
            try CharacterTokenizer(training: text),
            try CharacterTokenizer(training: text, endOfText: "<|endoftext|>"),
            try CharacterTokenizer(training: text, unknown: "<unk>"),
            try CharacterTokenizer(training: text, endOfText: "\"end\"\n", unknown: "<?>"),
            try ByteTokenizer(),
            try ByteTokenizer(endOfText: "<|endoftext|>", specialTokens: ["漢", "\\u0041"]),
        ]
        for tokenizer in tokenizers {
            let copy = try reloaded(tokenizer)
            #expect(type(of: copy) == type(of: tokenizer))
            #expect(copy.vocabularySize == tokenizer.vocabularySize)
            #expect(copy.endOfText == tokenizer.endOfText)
            #expect(Array(copy.addedTokens) == Array(tokenizer.addedTokens))
            #expect((0 ..< TokenID(copy.vocabularySize)).allSatisfy { copy.piece(for: $0) == tokenizer.piece(for: $0) })
            #expect((copy as? CharacterTokenizer)?.unknown == (tokenizer as? CharacterTokenizer)?.unknown)
            for text in nastyTexts { #expect(try copy.encode(text) == tokenizer.encode(text)) }
            #expect(try copy.files() == tokenizer.files())
        }
    }

    @Test func theEndOfTextIsTheConfigurations() throws {
        try withTemporaryDirectory { directory in
            try ByteTokenizer(endOfText: "<|endoftext|>", specialTokens: ["<|pad|>"]).save(to: directory.path)
            let configuration = directory.appendingPathComponent("tokenizer_config.json")
            func endOfText(_ text: String) throws -> TokenID? {
                try Data(text.utf8).write(to: configuration)
                return try TokenizerLoader.load(path: directory.path).endOfText
            }
            #expect(try endOfText(#"{"eos_token": {"content": "<|pad|>", "lstrip": false}}"#) == 257)
            #expect(try endOfText(#"{"eos_token": null}"#) == nil)
            #expect(
                message { _ = try endOfText(#"{"eos_token": "</s>"}"#) }?.contains(
                    #"tokenizer_config.json: field "eos_token": expected one of the added tokens"#) == true)
            try FileManager.default.removeItem(at: configuration)
            #expect(try TokenizerLoader.load(path: directory.path).endOfText == 256)
        }
    }

    @Test func theKindIsReadFromTheArgument() throws {
        #expect(TokenizerKind(argument: "char") == .character)
        #expect(TokenizerKind(argument: "byte") == .byte)
        #expect(TokenizerKind(argument: "./char") == .path("./char"))
        try withTemporaryDirectory { directory in
            try ByteTokenizer(endOfText: "<|end|>").save(to: directory.path)
            try Array("abc".utf8).withUnsafeBufferPointer { text throws in
                #expect(try TokenizerKind.character.makeTokenizer(training: text).vocabularySize == 3)
                #expect(try TokenizerKind.byte.makeTokenizer(training: text, endOfText: "<e>").vocabularySize == 257)
                let saved = TokenizerKind.path(directory.path)
                #expect(try saved.makeTokenizer(training: text, endOfText: "<|end|>").endOfText == 256)
                #expect(
                    message { _ = try saved.makeTokenizer(training: text, endOfText: "<e>") }?.contains("eos_token")
                        == true)
            }
        }
    }
}
