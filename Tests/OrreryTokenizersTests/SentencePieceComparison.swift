import Foundation
import OrreryTokenizers
import Testing

/// Our half of `scripts/compare/compare_sentencepiece.py`, which says where in `ORRERY_SENTENCEPIECE`: encodes and decodes its
/// documents with its models, and leaves the numbers for sentencepiece to be compared with.
private let folder = ProcessInfo.processInfo.environment["ORRERY_SENTENCEPIECE"].map { URL(fileURLWithPath: $0) }

@Suite(.enabled(if: folder != nil, "run by scripts/compare/compare_sentencepiece.py"))
struct SentencePieceComparison {
    @Test func encodeAndDecode() throws {
        let texts = try [UInt8](Data(contentsOf: folder!.appendingPathComponent("texts.bin")))
        let ends = try Data(contentsOf: folder!.appendingPathComponent("texts.ends")).withUnsafeBytes {
            Array($0.bindMemory(to: Int64.self))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder!.path).filter { $0.hasSuffix(".model") }
            .sorted()
        for name in names {
            let loadStart = ContinuousClock.now
            let model = try SentencePieceModel(contentsOf: folder!.appendingPathComponent(name).path)
            let tokenizer = try SentencePieceTokenizer(model)
            let loaded = ContinuousClock.now - loadStart
            var results = Results()
            var start = 0
            var duration = Duration.zero
            for end in ends {
                let document = Array(texts[start ..< Int(end)])
                start = Int(end)
                try document.withUnsafeBufferPointer { document in
                    let clock = ContinuousClock.now
                    // As sentencepiece reads text: the name of a control token is nothing special.
                    let ids = try tokenizer.encode(document, options: EncodingOptions(recognizesSpecialTokens: false))
                    duration += ContinuousClock.now - clock
                    var encoding = Encoding(recordsByteRanges: true)
                    try tokenizer.encode(
                        document, options: EncodingOptions(recognizesSpecialTokens: false), into: &encoding)
                    #expect(encoding.ids == ids)
                    results.add(encoding, try decoded(ids, tokenizer))
                }
            }
            print(
                "\(name): loaded in \(loaded), encoded \(texts.count) bytes in \(duration), \(Double(texts.count) / 1e6 / (duration / .seconds(1))) MB/s"
            )
            try results.write(to: folder!, name: name)
            let same = try model.encoded == [UInt8](Data(contentsOf: folder!.appendingPathComponent(name)))
            #expect(same, "\(name) is not written back as it was read")
        }
    }

    /// The decoded bytes, which are the same in one go and token by token.
    private func decoded(_ ids: [TokenID], _ tokenizer: SentencePieceTokenizer) throws -> [UInt8] {
        let whole = try tokenizer.decodeBytes(ids, skipsSpecialTokens: true)
        var decoder = StreamingDecoder(tokenizer, skipsSpecialTokens: true)
        var streamed = ""
        for id in ids { streamed += try decoder.append(id) }
        streamed += try decoder.finish()
        #expect(streamed.utf8.elementsEqual(whole))
        return whole
    }

    private struct Results {
        var ids: [Int32] = []
        var ranges: [Int64] = []
        var idEnds: [Int64] = []
        var text: [UInt8] = []
        var textEnds: [Int64] = []

        mutating func add(_ encoding: Encoding, _ decoded: [UInt8]) {
            ids += encoding.ids
            for range in encoding.byteRanges { ranges += [Int64(range.lowerBound), Int64(range.upperBound)] }
            idEnds.append(Int64(ids.count))
            text += decoded
            textEnds.append(Int64(text.count))
        }

        func write(to folder: URL, name: String) throws {
            func write<Element>(_ values: [Element], _ suffix: String) throws {
                try values.withUnsafeBytes { try Data($0).write(to: folder.appendingPathComponent(name + suffix)) }
            }
            try write(ids, ".ids")
            try write(ranges, ".ranges")
            try write(idEnds, ".ends")
            try write(text, ".text")
            try write(textEnds, ".textends")
        }
    }
}
