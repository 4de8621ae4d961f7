import Foundation
import OrreryTokenizers
import Testing

/// Our half of `scripts/compare_tiktoken.py`, which says where in `ORRERY_TIKTOKEN`: encodes its files with its vocabularies, for tiktoken to be
/// compared with.
private let folder = ProcessInfo.processInfo.environment["ORRERY_TIKTOKEN"].map { URL(fileURLWithPath: $0) }

@Suite(.enabled(if: folder != nil, "run by scripts/compare_tiktoken.py"))
struct TiktokenComparison {
    @Test func encode() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder!.path).sorted()
        for vocabulary in names where vocabulary.hasSuffix(".tiktoken") {
            let tokenizer = try BytePairTokenizer(tiktoken: folder!.appendingPathComponent(vocabulary).path)
            for name in names where name.hasSuffix(".txt") || name.hasSuffix(".bin") {
                let text = try [UInt8](Data(contentsOf: folder!.appendingPathComponent(name)))
                for (isSpecial, suffix) in [(false, "text"), (true, "special")] {
                    let ids = try text.withUnsafeBufferPointer {
                        try tokenizer.encode($0, options: EncodingOptions(recognizesSpecialTokens: isSpecial), threads: 2)
                    }
                    try ids.withUnsafeBytes { try Data($0).write(to: folder!.appendingPathComponent("\(name).\(vocabulary).\(suffix)")) }
                    if !isSpecial { #expect(try tokenizer.decodeBytes(ids) == text, "\(vocabulary) \(name)") }
                }
            }
        }
    }
}
