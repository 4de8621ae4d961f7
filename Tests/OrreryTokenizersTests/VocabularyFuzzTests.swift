import Foundation
import OrreryFiles
import OrreryRandom
import OrreryTokenizers
import Testing

/// Thousands of damaged vocabularies: each is refused with one line, or cuts and joins texts without a trap, and writes
/// files that open again or are refused with one line.
///
/// `ORRERY_FUZZ_SEED` and `ORRERY_FUZZ_COUNT` make longer runs; `ORRERY_FUZZ_FILES` keeps the file at hand, which is
/// what ended a run that a trap ended.
@Suite struct VocabularyFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seed = environment["ORRERY_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
    private static let count = environment["ORRERY_FUZZ_COUNT"].flatMap { Int($0) } ?? 300
    private static let folder = environment["ORRERY_FUZZ_FILES"]

    /// Calls `open` with the path of a file for each mutation, two thirds of them of the fields and one of the bytes,
    /// and uses what opens.
    private func fuzz(_ name: String, _ open: (String, inout SplitMix64) throws -> any Tokenizer) throws {
        // Files are written to memory where there is such a folder: what is safe on a disk takes most of the time.
        try withTemporaryDirectory(
            in: FileManager.default.isWritableFile(atPath: "/dev/shm") ? URL(fileURLWithPath: "/dev/shm") : nil
        ) { directory in
            let path = (Self.folder ?? directory.path) + "/\(name)"
            var dice = SplitMix64(seed: Self.seed &* 1_000_003), accepted = 0
            for _ in 0 ..< Self.count {
                do {
                    let tokenizer = try open(path, &dice)
                    accepted += 1
                    try use(tokenizer, &dice)
                    try reopen(tokenizer, nextTo: path, &dice)
                } catch {
                    let text = "\(error)"
                    if !(error is TokenizerError || error is FileError) || text.contains("\n") {
                        Issue.record(Comment(rawValue: "\(name): \(text)"))
                    }
                }
            }
            #expect(accepted > Self.count / 10)
        }
    }

    @Test(arguments: FuzzedVocabulary.all) func vocabulariesInGGUF(vocabulary: FuzzedVocabulary) throws {
        try fuzz("\(vocabulary.name).gguf") { path, dice in
            var changed = vocabulary
            let changesBytes = Int.random(in: 0 ..< 3, using: &dice) == 0
            if !changesBytes { changed.mutate(&dice) }
            try GGUFWriter.write(changed.pairs, to: path)
            if changesBytes {
                let bytes = damaged([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), &dice)
                try Data(bytes).write(to: URL(fileURLWithPath: path))
            }
            return try GGUFTokenizer(GGUFVocabulary(contentsOf: path))
        }
    }

    @Test(arguments: ["unigram", "bpe", "word", "char"]) func sentencePieceModels(kind: String) throws {
        try fuzz("\(kind).model") { path, dice in
            let kinds: [String: SentencePieceModel.Kind] = [
                "unigram": .unigram, "bpe": .bpe, "word": .word, "char": .char,
            ]
            var bytes = FuzzedModel(kinds[kind]!, &dice).bytes
            if Int.random(in: 0 ..< 3, using: &dice) == 0 { bytes = damaged(bytes, &dice) }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return try TokenizerLoader.load(path: path)
        }
    }

    // MARK: What is done with what opens

    private static let texts =
        nastyTexts + [
            "ab abba héllo a b", "The year 1984, dogs'll bark!\n\n  漢字かな 한국어", "<s>a</s> <|end|>b<mark>",
            "<dna>acgtacgtttaNNNN</dna>ab<dna>AC", "▁a▁▁b", "<0x41><0xZZ>", "\u{0}a\u{0}",
            String(repeating: "ab", count: 300), String(repeating: "a b", count: 100),
            "👩\u{200D}👩\u{200D}👧 e\u{301}\u{302} ﬁ ½ İ ǅ", "7 12 3",
        ]

    private func use(_ tokenizer: any Tokenizer, _ dice: inout SplitMix64) throws {
        let size = tokenizer.vocabularySize
        for _ in 0 ..< 6 {
            let text = Self.texts.randomElement(using: &dice)!
            var options = EncodingOptions()
            options.recognizesSpecialTokens = Bool.random(using: &dice)
            options.addsSpecialTokens = Bool.random(using: &dice)
            do {
                let encoding = try tokenizer.encodeWithByteRanges(text, options: options)
                if let id = encoding.ids.first(where: { $0 < 0 || Int($0) >= size && tokenizer.piece(for: $0) == nil })
                {
                    Issue.record("id \(id) of \(size)")
                }
                if encoding.byteRanges.count != encoding.ids.count
                    || encoding.byteRanges.contains(where: { $0.upperBound > text.utf8.count })
                {
                    Issue.record("\(encoding.byteRanges) of \(text)")
                }
                _ = try tokenizer.decode(encoding.ids)
                _ = try tokenizer.decode(encoding.ids, skipsSpecialTokens: true)
            } catch let error as TokenizerError {
                if "\(error)".contains("\n") { Issue.record("\(error)") }
            }
        }
        for _ in 0 ..< 8 {
            let id = TokenID.random(in: -2 ... TokenID(clamping: size + 2), using: &dice)
            if let piece = tokenizer.piece(for: id) { _ = tokenizer.id(forPiece: piece) }
        }
        for id in [TokenID.min, .max] { #expect(tokenizer.piece(for: id) == nil) }
        var bytes: [UInt8] = []
        var decoder = tokenizer.makeDecoder(skipsSpecialTokens: false)
        for _ in 0 ..< 20 where size > 0 {
            try? decoder.append(TokenID.random(in: 0 ..< TokenID(size), using: &dice), into: &bytes)
        }
        try decoder.finish(into: &bytes)
    }

    /// Writes the tokenizer as a directory and as a GGUF file, and opens both.
    private func reopen(_ tokenizer: any Tokenizer, nextTo path: String, _ dice: inout SplitMix64) throws {
        guard Int.random(in: 0 ..< 3, using: &dice) == 0 else { return }
        let folder = path + ".d"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for file in try tokenizer.files() {
            try file.contents.write(to: URL(fileURLWithPath: "\(folder)/\(file.name)"))
        }
        let copy = try TokenizerLoader.load(path: folder)
        try use(copy, &dice)
        let export = try GGUFVocabularyExport(copy, chatTemplates: [:], configuration: nil, ends: copy.endTokens)
        try GGUFWriter.write(export.pairs, to: "\(folder)/v.gguf")
        try use(GGUFTokenizer(GGUFVocabulary(contentsOf: "\(folder)/v.gguf")), &dice)
    }

    private func damaged(_ valid: [UInt8], _ dice: inout SplitMix64) -> [UInt8] {
        var bytes = valid
        for _ in 0 ..< Int.random(in: 1 ... 3, using: &dice) {
            if bytes.count < 16 { return bytes }
            let place = Int.random(in: 0 ..< bytes.count - 8, using: &dice)
            switch Int.random(in: 0 ..< 7, using: &dice) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0 ..< 8, using: &dice)
            case 1: bytes[place] = UInt8.random(in: 0 ... 255, using: &dice)
            case 2: bytes.removeSubrange(place...)
            case 3: bytes.removeSubrange(place ..< place + 4)
            case 4:
                bytes.insert(
                    contentsOf: bytes[place ..< place + 6], at: Int.random(in: 0 ... bytes.count, using: &dice))
            case 5:
                let extreme = [0, 1, 255, 1 << 31, UInt64(UInt32.max), 1 << 62, 1 << 63, .max].randomElement(
                    using: &dice)!
                withUnsafeBytes(of: extreme.littleEndian) { bytes.replaceSubrange(place ..< place + 8, with: $0) }
            default:
                let extreme = [0, 1, 9, 13, 255, 1 << 31, UInt32.max, Float.nan.bitPattern, Float.infinity.bitPattern]
                    .randomElement(using: &dice)!
                withUnsafeBytes(of: extreme.littleEndian) { bytes.replaceSubrange(place ..< place + 4, with: $0) }
            }
        }
        return bytes
    }
}
