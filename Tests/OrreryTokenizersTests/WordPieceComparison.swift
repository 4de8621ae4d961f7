import Foundation
import OrreryTokenizers
import Testing

/// Our half of `scripts/compare/compare_wordpiece.py`, which says where in `ORRERY_WORDPIECE`: encodes and decodes its
/// documents with its tokenizers, for Hugging Face's to be compared with.
private let folder = ProcessInfo.processInfo.environment["ORRERY_WORDPIECE"].map { URL(fileURLWithPath: $0) }

@Suite(.enabled(if: folder != nil, "run by scripts/compare/compare_wordpiece.py"))
struct WordPieceComparison {
    @Test func encodeAndDecode() throws {
        let texts = try [UInt8](Data(contentsOf: folder!.appendingPathComponent("texts.bin")))
        let ends = try Data(contentsOf: folder!.appendingPathComponent("texts.ends")).withUnsafeBytes {
            Array($0.bindMemory(to: Int64.self))
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder!.path).filter({ $0.hasSuffix(".json") })
            .sorted()
        {
            let tokenizer = try TokenizerLoader.load(path: folder!.appendingPathComponent(name).path)
            var ids: [Int32] = []
            var ranges: [Int64] = []
            var idEnds: [Int64] = []
            var text: [UInt8] = []
            var textEnds: [Int64] = []
            var start = 0
            var duration = Duration.zero
            for end in ends {
                let document = Array(texts[start ..< Int(end)])
                start = Int(end)
                try document.withUnsafeBufferPointer { document in
                    let clock = ContinuousClock.now
                    let plain = try tokenizer.encode(document)
                    duration += ContinuousClock.now - clock
                    var encoding = Encoding(recordsByteRanges: true)
                    try tokenizer.encode(document, options: EncodingOptions(), into: &encoding)
                    #expect(encoding.ids == plain)
                    ids += plain
                    for range in encoding.byteRanges { ranges += [Int64(range.lowerBound), Int64(range.upperBound)] }
                    text += try tokenizer.decodeBytes(plain, skipsSpecialTokens: true)
                }
                idEnds.append(Int64(ids.count))
                textEnds.append(Int64(text.count))
            }
            print(
                "\(name): \(texts.count) bytes in \(duration), \(Double(texts.count) / 1e6 / (duration / .seconds(1))) MB/s"
            )
            func write<Element>(_ values: [Element], _ suffix: String) throws {
                try values.withUnsafeBytes { try Data($0).write(to: folder!.appendingPathComponent(name + suffix)) }
            }
            try write(ids, ".ids")
            try write(ranges, ".ranges")
            try write(idEnds, ".ends")
            try write(text, ".text")
            try write(textEnds, ".textends")
        }
    }
}
