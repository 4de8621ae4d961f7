import Foundation
import OrreryTokenizers
import OrreryTraining
import Testing

/// Encoded texts that are kept: found again, never stale, never damaged.
@Suite struct EncodingCacheTests {
    private func text(_ documents: String...) throws -> TrainingText {
        let scratch = try Scratch()
        return try TextSource(DataSources(documents.enumerated().map { try scratch.put($1.utf8, at: "\($0).txt") }))
            .read()
    }

    @Test func foundAgain() throws {
        let scratch = try Scratch(), cache = EncodingCache(directory: scratch("ids"), leastBytes: 1, program: "1"),
            text = try text("one", "two")
        let tokenizer = try ByteTokenizer(endOfText: "<end>")
        let ids = try EncodedText(text, tokenizer).ids(cache: cache) { _, _ in }
        #expect(
            ids == Array("one".utf8).map { TokenID($0) } + [tokenizer.endOfText!]
                + Array("two".utf8).map { TokenID($0) })
        var encoded = 0
        #expect(try EncodedText(text, tokenizer).ids(cache: cache) { _, _ in encoded += 1 } == ids)
        #expect(encoded == 0, "encoded again")
    }

    /// Another text, another cut into documents, another tokenizer, another build of the program: other ids.
    @Test func neverStale() throws {
        let cache = EncodingCache(directory: "nowhere", leastBytes: 1, program: "1"), tokenizer = try ByteTokenizer()
        let keys = [
            try cache.key(text("one", "two"), tokenizer), try cache.key(text("one", "twO"), tokenizer),
            try cache.key(text("one\ntwo"), tokenizer),
            try cache.key(text("one", "two"), ByteTokenizer(endOfText: "<end>")),
            try EncodingCache(directory: "nowhere", leastBytes: 1, program: "2").key(text("one", "two"), tokenizer),
        ]
        #expect(Set(keys).count == keys.count && !keys.contains(nil))
        #expect(try cache.key(text("one", "two"), tokenizer) == keys[0])
    }

    @Test func damagedIsIgnored() throws {
        let scratch = try Scratch(), cache = EncodingCache(directory: scratch("ids"), leastBytes: 1, program: "1"),
            text = try text("some text"), tokenizer = try ByteTokenizer()
        let ids = try EncodedText(text, tokenizer).ids(cache: cache) { _, _ in },
            key = try #require(try cache.key(text, tokenizer))
        let name = "ids/\(key).ids", good = try scratch.bytes(name)
        #expect(cache.ids(for: key, vocabularySize: 256) == ids)
        #expect(cache.ids(for: key, vocabularySize: 100) == nil, "ids that the vocabulary does not have")
        for damage in [
            good.dropLast(1), good.dropLast(good.count), good.dropFirst(4), good[..<20] + [good[20] ^ 1] + good[21...],
        ] {
            try scratch.put(damage, at: name)
            #expect(cache.ids(for: key, vocabularySize: 256) == nil)
            #expect(try EncodedText(text, tokenizer).ids(cache: cache) { _, _ in } == ids)
            #expect(cache.ids(for: key, vocabularySize: 256) == ids, "made anew")
        }
    }

    @Test func whereNothingCanBeWritten() throws {
        let scratch = try Scratch()
        try scratch.put("a file".utf8, at: "ids")
        let cache = EncodingCache(directory: scratch("ids"), leastBytes: 1, program: "1")
        #expect(try EncodedText(text("abc"), ByteTokenizer()).ids(cache: cache) { _, _ in } == [97, 98, 99])
    }
}
