import Foundation
import OrreryTokenizers
import Testing

@Suite struct CharacterTokenizerTests {
    @Test func idsAreThePlacesOfTheSortedCharacters() throws {
        let tokenizer = try CharacterTokenizer(training: "héllo\n😀")
        #expect(tokenizer.characters == ["\n", "h", "l", "o", "é", "😀"])
        #expect(try tokenizer.encode("hello\n".replacing("e", with: "é")) == [1, 4, 2, 2, 3, 0])
        #expect(try tokenizer.decode([5, 0, 1]) == "😀\nh")
        #expect(tokenizer.vocabularySize == 6)
        #expect(tokenizer.piece(for: 4) == Array("é".utf8))
        #expect(tokenizer.id(forPiece: Array("é".utf8)) == 4)
        #expect(tokenizer.id(forPiece: [0xC3]) == nil)
        #expect(tokenizer.piece(for: 6) == nil)
        #expect(tokenizer.piece(for: -1) == nil)
        #expect(tokenizer.endOfText == nil)
    }

    @Test func canonicallyEquivalentCharactersStayApart() throws {
        let tokenizer = try CharacterTokenizer(training: "\u{212B}\u{C5}A\u{30A}")
        #expect(tokenizer.characters == ["A", "\u{C5}", "\u{30A}", "\u{212B}"])
        #expect(try tokenizer.encode("\u{212B}\u{C5}") == [3, 1])
    }

    @Test func nastyTextsComeBackByteForByte() throws {
        let tokenizer = try CharacterTokenizer(training: nastyTexts.joined(), endOfText: "<|endoftext|>")
        for text in nastyTexts {
            let ids = try tokenizer.encode(text)
            #expect(ids.count == text.unicodeScalars.count)
            #expect(try tokenizer.decodeBytes(ids) == Array(text.utf8))
        }
        #expect(try tokenizer.encodeBatch(nastyTexts) == nastyTexts.map { try tokenizer.encode($0) })
    }

    @Test func byteRangesCoverTheText() throws {
        let tokenizer = try CharacterTokenizer(training: "aé😀", endOfText: "<|end|>")
        let encoding = try tokenizer.encodeWithByteRanges("é<|end|>a😀")
        #expect(encoding.ids == [1, 3, 0, 2])
        #expect(encoding.byteRanges == [0 ..< 2, 2 ..< 9, 9 ..< 10, 10 ..< 14])
    }

    @Test func endOfTextIsTakenOutOfTheTrainingText() throws {
        let tokenizer = try CharacterTokenizer(training: "ab<|end|>c", endOfText: "<|end|>")
        #expect(tokenizer.characters == ["a", "b", "c"])
        #expect(tokenizer.endOfText == 3)
        #expect(try tokenizer.encode("ab<|end|>c") == [0, 1, 3, 2])
        #expect(try tokenizer.decode([2, 3, 0]) == "c<|end|>a")
        #expect(try tokenizer.decode([2, 3, 0], skipsSpecialTokens: true) == "ca")
        let message = message {
            _ = try tokenizer.encode("<|end|>", options: EncodingOptions(recognizesSpecialTokens: false))
        }
        #expect(message == "character U+003C \"<\" at byte 0 is not among the 3 characters of the vocabulary")
    }

    @Test func anUnknownCharacterIsNamedOrMapped() throws {
        let strict = try CharacterTokenizer(training: "abé")
        #expect(
            message { _ = try strict.encode("aéz") }
                == "character U+007A \"z\" at byte 3 is not among the 3 characters of the vocabulary")
        #expect(message { _ = try strict.encode("a\u{1F600}") }?.contains("U+1F600 \"😀\" at byte 1") == true)
        #expect(message { _ = try strict.encode("a\u{7}") }?.contains("U+0007 at byte 1") == true)
        #expect(message { _ = try strict.encodeBatch(["a", "x", "y"]) }?.contains("U+0078") == true)
        let mapping = try CharacterTokenizer(training: "abé", endOfText: "<eot>", unknown: "<unk>")
        #expect(try mapping.encode("aéz<eot>😀") == [0, 2, 4, 3, 4])
        #expect(mapping.vocabularySize == 5)
    }

    @Test func textThatIsNotUTF8IsRefusedWithItsPlace() throws {
        let tokenizer = try CharacterTokenizer(training: "ab")
        for bytes: [UInt8] in [
            [97, 0xFF], [97, 0xC3], [97, 0xC0, 0x80], [97, 0xED, 0xA0, 0x80], [97, 0xF4, 0x90, 0x80, 0x80],
        ] {
            bytes.withUnsafeBufferPointer { bytes in
                let expected = "byte 1 of the text is not valid UTF-8; expected UTF-8"
                #expect(message { _ = try tokenizer.encode(bytes) } == expected)
                #expect(message { _ = try CharacterTokenizer(training: bytes) } == expected)
            }
        }
    }

    @Test func whatCannotBeATokenizerIsRefused() {
        #expect(
            message { _ = try CharacterTokenizer(training: "") }
                == "the training text is empty; expected at least one character")
        #expect(
            message { _ = try CharacterTokenizer(characters: ["a", "b", "a"]) }?.contains("\"a\" has the ids 0 and 2")
                == true)
        #expect(message { _ = try CharacterTokenizer(training: "a", endOfText: "") }?.contains("empty") == true)
        #expect(
            message { _ = try CharacterTokenizer(training: "a", endOfText: "<x>", unknown: "<x>") }?.contains("twice")
                == true)
        #expect(
            message { _ = try CharacterTokenizer(characters: ["a"], endOfText: "a") }?.contains("also a character")
                == true)
    }

    @Test func anIDWithoutTokenIsRefused() throws {
        let tokenizer = try CharacterTokenizer(training: "ab")
        for id: TokenID in [-1, 2, .max, .min] {
            #expect(
                message { _ = try tokenizer.decode([0, id]) }
                    == "token id \(id) stands for nothing; expected an id of the vocabulary, 0 ..< 2")
        }
    }

    @Test(.enabled(if: tinyShakespeare != nil, "shared/data/tinyshakespeare.txt is absent"))
    func shakespeareGetsNanoGPTsIDs() throws {
        let bytes = try [UInt8](Data(contentsOf: tinyShakespeare!))
        try bytes.withUnsafeBufferPointer { bytes throws in
            let clock = ContinuousClock()
            var tokenizer: CharacterTokenizer!
            let training = try clock.measure { tokenizer = try CharacterTokenizer(training: bytes) }
            var ids: [TokenID] = []
            let encoding = try clock.measure { ids = try tokenizer.encode(bytes) }
            print("tinyshakespeare: trained in \(training), encoded in \(encoding)")
            #expect(tokenizer.vocabularySize == 65)
            #expect(ids.count == 1_115_394)
            #expect(ids.prefix(8) == [18, 47, 56, 57, 58, 1, 15, 47])  // "First Ci" in nanoGPT's train.bin
            #expect(try tokenizer.decodeBytes(ids) == Array(bytes))
        }
    }
}
