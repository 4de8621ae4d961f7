import Foundation
import OrreryTokenizers
import Testing

/// Our half of `scripts/compare/compare_pipeline.py`, which says where in `ORRERY_PIPELINE`: encodes and decodes its documents
/// with its tokenizers, and writes these back, for Hugging Face's to be compared with.
private let folder = ProcessInfo.processInfo.environment["ORRERY_PIPELINE"].map { URL(fileURLWithPath: $0) }

@Suite(.enabled(if: folder != nil, "run by scripts/compare/compare_pipeline.py"))
struct PipelineComparison {
    @Test func encodeAndDecode() throws {
        let texts = try [UInt8](Data(contentsOf: folder!.appendingPathComponent("texts.bin")))
        let ends = try Data(contentsOf: folder!.appendingPathComponent("texts.ends")).withUnsafeBytes {
            Array($0.bindMemory(to: Int64.self))
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder!.path).filter({ $0.hasSuffix(".json") })
            .sorted()
        {
            do {
                try Self.compare(name, texts, ends)
            } catch {
                try Data("\(error)".utf8).write(to: folder!.appendingPathComponent("\(name).error"))
            }
        }
    }

    private static func compare(_ name: String, _ texts: [UInt8], _ ends: [Int64]) throws {
        let tokenizer = try TokenizerLoader.load(path: folder!.appendingPathComponent(name).path)
        var (ids, ranges, idEnds) = ([Int32](), [Int64](), [Int64]())
        var (text, textEnds, plain, plainEnds) = ([UInt8](), [Int64](), [UInt8](), [Int64]())
        var failures: [UInt8] = []
        var start = 0
        var duration = Duration.zero
        for end in ends {
            let document = Array(texts[start ..< Int(end)])
            start = Int(end)
            do {
                try document.withUnsafeBufferPointer { document in
                    let clock = ContinuousClock.now
                    let found = try tokenizer.encode(document)
                    duration += ContinuousClock.now - clock
                    var encoding = Encoding(recordsByteRanges: true)
                    try tokenizer.encode(document, options: EncodingOptions(), into: &encoding)
                    #expect(encoding.ids == found, "\(name)")
                    #expect(encoding.byteRanges.count == found.count, "\(name)")
                    #expect(encoding.byteRanges.allSatisfy { $0.upperBound <= document.count }, "\(name)")
                    ids += found
                    for range in encoding.byteRanges { ranges += [Int64(range.lowerBound), Int64(range.upperBound)] }
                    // `String(decoding:)`, because tokenizers gives text.
                    text += try tokenizer.decode(found).utf8
                    plain += try tokenizer.decode(found, skipsSpecialTokens: true).utf8
                    var decoder = StreamingDecoder(tokenizer)
                    var streamed = try found.map { try decoder.append($0) }.joined()
                    streamed += try decoder.finish()
                    #expect(try streamed == tokenizer.decode(found), "\(name)")
                }
                failures.append(0)
            } catch {
                failures.append(1)
            }
            idEnds.append(Int64(ids.count))
            textEnds.append(Int64(text.count))
            plainEnds.append(Int64(plain.count))
        }
        print("\(name): \(type(of: tokenizer)), \(Double(texts.count) / 1e6 / (duration / .seconds(1))) MB/s")
        func write<Element>(_ values: [Element], _ suffix: String) throws {
            try values.withUnsafeBytes { try Data($0).write(to: folder!.appendingPathComponent(name + suffix)) }
        }
        try write(ids, ".ids")
        try write(ranges, ".ranges")
        try write(idEnds, ".ends")
        try write(text, ".text")
        try write(textEnds, ".textends")
        try write(plain, ".plain")
        try write(plainEnds, ".plainends")
        try write(failures, ".failures")
        try tokenizer.files().first { $0.name == "tokenizer.json" }!.contents.write(
            to: folder!.appendingPathComponent("\(name).written"))
    }
}
