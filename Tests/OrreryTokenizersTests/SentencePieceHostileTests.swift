import Foundation
import OrreryRandom
import OrreryTokenizers
import Testing

/// SentencePiece models that no one should trust: each is one error on one line, or a tokenizer that works.
@Suite struct SentencePieceHostileTests {
    private func problem(_ model: SentencePieceModel) -> String {
        message { _ = try SentencePieceTokenizer(model) } ?? "accepted"
    }

    private func problem(_ bytes: [UInt8]) -> String {
        message {
            _ = try bytes.withUnsafeBufferPointer { try SentencePieceTokenizer(SentencePieceModel(parsing: $0)) }
        } ?? "accepted"
    }

    private func model(
        _ kind: SentencePieceModel.Kind, _ change: (inout SentencePieceModel) -> Void = { _ in }
    ) -> SentencePieceModel {
        var model = SentencePieceModel(kind: kind)
        model.append("<unk>".utf8, score: 0, type: .unknown)
        model.append("</s>".utf8, score: 0, type: .control)
        for (piece, score) in [("▁", -3), ("a", -1), ("b", -2), ("ab", -1.5), ("▁ab", -2)] as [(String, Float)] {
            model.append(piece.utf8, score: score)
        }
        change(&model)
        return model
    }

    @Test(arguments: [SentencePieceModel.Kind.unigram, .bpe, .word, .char]) func aModelCanBeMade(
        kind: SentencePieceModel.Kind
    ) throws {
        let tokenizer = try SentencePieceTokenizer(model(kind))
        #expect(try tokenizer.decode(tokenizer.encode("ab")) == "ab")
        let bytes = tokenizer.model.encoded
        let copy = try bytes.withUnsafeBufferPointer { try SentencePieceTokenizer(SentencePieceModel(parsing: $0)) }
        #expect(try copy.encode("ab abba") == tokenizer.encode("ab abba"))
        #expect(copy.endOfText == 1)
    }

    @Test func refusesPieces() {
        #expect(
            problem(model(.bpe) { $0.append("ab".utf8, score: 0) })
                == "piece 7 (\"ab\") is also piece 5; expected each once")
        #expect(
            problem(model(.unigram) { $0.append("".utf8, score: 0) }).contains(
                "piece 7 (\"\") has 0 bytes; expected 1 to 7999"))
        #expect(problem(model(.unigram) { $0.append("a\0".utf8, score: 0) }).contains("one of them zero"))
        #expect(
            problem(model(.unigram) { $0.append(String(repeating: "x", count: 8000).utf8, score: 0) }).contains(
                "has 8000 bytes"))
        #expect(
            problem(model(.unigram) { $0.append("c".utf8, score: .nan) }).contains(
                "has the score nan; expected a finite one"))
        #expect(
            problem(model(.unigram) { $0.append("<u>".utf8, score: 0, type: .unknown) }).contains(
                "a second unknown piece, after id 0"))
        #expect(
            problem(model(.bpe) { $0.append("<0x00>".utf8, score: 0, type: .byte) }).contains("byte_fallback is false"))
        #expect(problem(model(.bpe) { $0.hasByteFallback = true }).contains("has no piece <0x00>"))
        #expect(
            problem(
                model(.bpe) {
                    $0.hasByteFallback = true; $0.append("<0x0g>".utf8, score: 0, type: .byte)
                }
            ).contains("expected <0x00> to <0xFF>"))
        var empty = SentencePieceModel(kind: .unigram)
        #expect(problem(empty).contains("no unknown piece"))
        empty.append("<unk>".utf8, score: 0, type: .unknown)
        #expect(problem(empty).contains("no piece for texts"))
    }

    @Test func refusesCharacterMaps() {
        func problem(_ map: [UInt8]) -> String {
            self.problem(model(.unigram) { $0.normalizerSettings.characterMap = map })
        }
        func blob(_ size: UInt32, _ units: [UInt32], _ text: [UInt8]) -> [UInt8] {
            ([size] + units).flatMap { withUnsafeBytes(of: $0.littleEndian) { Array($0) } } + text
        }
        let root: UInt32 = 1 << 10
        let units = [root] + [UInt32](repeating: 1 << 31, count: 255)
        #expect(problem(blob(1024, units, [0])) == "accepted")
        #expect(problem([1, 2, 3]).contains("expected at least 5 bytes, found 3"))
        #expect(problem(blob(.max, units, [0])).contains("a trie of whole kilobytes"))
        #expect(problem(blob(1028, units, [0])).contains("a trie of whole kilobytes"))
        #expect(problem(blob(1024, units, [65])).contains("a zero byte at the end"))
        for bad in [0, root | 1, root | 1 << 8, root | 1 << 31, (256 << 10), (1 << 31) - 1024] as [UInt32] {
            #expect(problem(blob(1024, [bad] + units.dropFirst(), [0])).contains("a trie that stays inside itself"))
        }
        // A node whose children would be outside, and one whose value is none.
        #expect(problem(blob(1024, [root, 1 << 20] + units.dropFirst(2), [0])).contains("stays inside"))
        #expect(problem(blob(1024, [root, 1 << 10 | 1 << 8] + units.dropFirst(2), [0])).contains("stays inside"))
    }

    @Test(
        arguments: [
            ([], "holds no pieces"), ([0x0A], "byte 1: expected a length"),
            ([0x0A, 0x05, 1], "byte 1: expected a length within the 1 bytes left, found 5"),
            ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], "found 18446744073709551615"),
            ([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02], "a length of at most 64 bits"),
            ([0x00], "a field's number from 1"), ([0x0B], "the end of a group"), ([0x0C], "no end of a group"),
            ([0x0E], "a wire type of 0 to 5, found 6"), ([0x0D, 1, 2], "expected 4 bytes, found 2"),
            ([0x09, 1, 2], "expected 8 bytes, found 2"), ([0x12, 0x02, 0x18, 0x09], "holds no pieces"),
            ([0x12, 0x01, 0x18], "byte 3: expected a number"),
        ] as [([UInt8], String)])
    func refusesBytes(bytes: [UInt8], expected: String) {
        let problem = problem(bytes)
        #expect(problem.contains(expected), "\(problem)")
    }

    /// Thousands of damaged models: each is refused with one line, or cuts and joins texts without a trap.
    @Test(arguments: SentencePieceGoldenTests.models) func damagedFiles(name: String) throws {
        let valid = try [UInt8](
            Data(contentsOf: SentencePieceGoldenTests.folder.appendingPathComponent("\(name).model")))
        var dice = SplitMix64(seed: 5)
        var accepted = 0
        for _ in 0 ..< 400 {
            let bytes = damaged(valid, &dice)
            do {
                let tokenizer = try bytes.withUnsafeBufferPointer {
                    try SentencePieceTokenizer(SentencePieceModel(parsing: $0))
                }
                accepted += 1
                for text in nastyTexts + ["The Planeten  惑星 <user>ab", String(repeating: "ab ", count: 50)] {
                    let encoding = try tokenizer.encodeWithByteRanges(text)
                    let isInOrder = zip(encoding.byteRanges, encoding.byteRanges.dropFirst()).allSatisfy {
                        $0.upperBound <= $1.lowerBound
                    }
                    if !isInOrder || encoding.byteRanges.last?.upperBound ?? 0 > text.utf8.count {
                        Issue.record("\(encoding.byteRanges)")
                    }
                    _ = try tokenizer.decode(encoding.ids)
                }
            } catch {
                let text = "\(error)"
                if !(error is TokenizerError) || text.contains("\n") { Issue.record(Comment(rawValue: text)) }
            }
        }
        #expect(accepted > 10)
    }

    private func damaged(_ valid: [UInt8], _ dice: inout SplitMix64) -> [UInt8] {
        var bytes = valid
        for _ in 0 ..< Int.random(in: 1 ... 3, using: &dice) {
            let place = Int.random(in: 0 ..< bytes.count, using: &dice)
            switch Int.random(in: 0 ..< 5, using: &dice) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0 ..< 8, using: &dice)
            case 1: bytes[place] = UInt8.random(in: 0 ... 255, using: &dice)
            case 2: bytes.removeSubrange(place...)
            case 3: bytes.removeSubrange(place ..< min(bytes.count, place + 4))
            default:
                bytes.insert(
                    contentsOf: bytes[place ..< min(bytes.count, place + 6)],
                    at: Int.random(in: 0 ... bytes.count, using: &dice))
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }

    /// The time for a text grows with its length and not with the square of it.
    @Test(arguments: SentencePieceGoldenTests.models) func longTextsTakeLinearTime(name: String) throws {
        let tokenizer = try SentencePieceTokenizer(
            SentencePieceModel(contentsOf: SentencePieceGoldenTests.folder.appendingPathComponent("\(name).model").path)
        )
        for unit in ["a", " ", "ab", "▁", "漢", "The planets move ", "\r\n", "<user>"] {
            let grown = try growth { parts in
                let ids = try tokenizer.encode(String(repeating: unit, count: 15_000 / unit.utf8.count * parts))
                #expect(try tokenizer.decodeBytes(ids).count < 4_000_000)
            }
            #expect(grown < 200, "\(unit)")
        }
    }
}
