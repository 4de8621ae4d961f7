import Foundation
import OrreryTokenizers
import Testing

/// Our half of `scripts/compare/compare_tokenizers.py`, which says where in `ORRERY_COMPARE`: writes tokenizers trained on its
/// texts into folders, and next to them what they make of each text, for transformers to be compared with.
private let folder = ProcessInfo.processInfo.environment["ORRERY_COMPARE"].map { URL(fileURLWithPath: $0) }

@Suite(.enabled(if: folder != nil, "run by scripts/compare/compare_tokenizers.py"))
struct PythonComparison {
    @Test func writeTokenizersAndIDs() throws {
        let corpus = try String(contentsOf: folder!.appendingPathComponent("corpus.txt"), encoding: .utf8)
        let texts = try JSONDecoder().decode(
            [String].self, from: Data(contentsOf: folder!.appendingPathComponent("texts.json")))
        let everything = corpus + texts.joined()
        let tokenizers: KeyValuePairs<String, any Tokenizer> = [
            "char-corpus": try CharacterTokenizer(training: corpus),
            "char": try CharacterTokenizer(training: everything),
            "char-eot": try CharacterTokenizer(training: everything, endOfText: "<|endoftext|>"),
            "char-unk": try CharacterTokenizer(training: corpus, endOfText: "<|endoftext|>", unknown: "<unk>"),
            "byte": try ByteTokenizer(),
            "byte-eot": try ByteTokenizer(
                endOfText: "<|endoftext|>", specialTokens: ["<|pad|>", "<｜漢｜>", "two words"]),
        ]
        for (name, tokenizer) in tokenizers {
            let directory = folder!.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            try tokenizer.save(to: directory.path)
            let results = try ([corpus] + texts).map { text in
                // Null where we refuse the text, so that the script checks that transformers does too.
                guard let ids = try? tokenizer.encode(text) else {
                    return Result(ids: nil, ordinary: nil, text: nil, plain: nil)
                }
                return Result(
                    ids: ids,
                    ordinary: try? tokenizer.encode(text, options: EncodingOptions(recognizesSpecialTokens: false)),
                    text: try tokenizer.decode(ids), plain: try tokenizer.decode(ids, skipsSpecialTokens: true))
            }
            try JSONEncoder().encode(results).write(to: directory.appendingPathComponent("orrery.json"))
        }
    }

    private struct Result: Encodable {
        let ids: [TokenID]?
        /// The ids with special tokens read as ordinary text.
        let ordinary: [TokenID]?
        let text: String?
        /// The text without special tokens.
        let plain: String?
    }
}
