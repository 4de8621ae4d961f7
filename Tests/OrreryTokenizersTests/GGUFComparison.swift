import Foundation
import OrreryTokenizers
import Testing

/// Our half of `scripts/compare/compare_gguf.py`, which says where in `ORRERY_GGUF`: encodes its documents with its
/// vocabularies, for llama.cpp to be compared with.
private let folder = ProcessInfo.processInfo.environment["ORRERY_GGUF"].map { URL(fileURLWithPath: $0) }

@Suite(.enabled(if: folder != nil, "run by scripts/compare/compare_gguf.py"))
struct GGUFComparison {
    @Test func encode() throws {
        let texts = try [UInt8](Data(contentsOf: folder!.appendingPathComponent("texts.bin")))
        let ends = try Data(contentsOf: folder!.appendingPathComponent("texts.ends")).withUnsafeBytes {
            Array($0.bindMemory(to: Int64.self))
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder!.path).filter({ $0.hasSuffix(".gguf") })
            .sorted()
        {
            let tokenizer = try GGUFTokenizer(GGUFVocabulary(contentsOf: folder!.appendingPathComponent(name).path))
            for (isSpecial, suffix) in [(false, ".text"), (true, ".special")] {
                let options = EncodingOptions(recognizesSpecialTokens: isSpecial, addsSpecialTokens: isSpecial)
                var ids: [Int32] = []
                var idEnds: [Int64] = []
                var start = 0
                var duration = Duration.zero
                for end in ends {
                    let document = Array(texts[start ..< Int(end)])
                    start = Int(end)
                    try document.withUnsafeBufferPointer { document in
                        let clock = ContinuousClock.now
                        ids += try tokenizer.encode(document, options: options)
                        duration += ContinuousClock.now - clock
                    }
                    idEnds.append(Int64(ids.count))
                }
                print(
                    "\(name)\(suffix): \(texts.count) bytes in \(duration), \(Double(texts.count) / 1e6 / (duration / .seconds(1))) MB/s"
                )
                try ids.withUnsafeBytes { try Data($0).write(to: folder!.appendingPathComponent(name + suffix)) }
                try idEnds.withUnsafeBytes {
                    try Data($0).write(to: folder!.appendingPathComponent(name + suffix + ".ends"))
                }
            }
        }
    }
}
