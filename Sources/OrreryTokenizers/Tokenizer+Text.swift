import Foundation
import Synchronization

extension Tokenizer {
    /// The token that ends a document, or none.
    public var endTokens: Set<TokenID> { endOfText.map { [$0] } ?? [] }

    /// No warnings.
    public var warnings: [String] { [] }

    /// The token ids of `text`.
    ///
    /// - Throws: `TokenizerError` naming the character and byte offset that cannot be encoded.
    public func encode(_ text: String, options: EncodingOptions = EncodingOptions()) throws -> [TokenID] {
        try encoding(of: text, recordsByteRanges: false, options: options).ids
    }

    /// The token ids of UTF-8 bytes, such as a file's.
    ///
    /// - Throws: `TokenizerError` naming the byte offset that cannot be encoded.
    public func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions = EncodingOptions()
    ) throws -> [TokenID] {
        var encoding = Encoding(recordsByteRanges: false)
        try encode(utf8, options: options, into: &encoding)
        return encoding.ids
    }

    /// The tokens of `text` with the range of UTF-8 bytes that each covers.
    ///
    /// - Throws: `TokenizerError` naming the character and byte offset that cannot be encoded.
    public func encodeWithByteRanges(_ text: String, options: EncodingOptions = EncodingOptions()) throws -> Encoding {
        try encoding(of: text, recordsByteRanges: true, options: options)
    }

    /// The token ids of each text, computed on all cores; a long text is cut into parts for that where this changes
    /// nothing.
    ///
    /// - Throws: the error of the first text that has one.
    public func encodeBatch(_ texts: [String], options: EncodingOptions = EncodingOptions()) throws -> [[TokenID]] {
        let results = Mutex([Result<[TokenID], any Error>?](repeating: nil, count: texts.count))
        let long = texts.indices.filter { texts[$0].utf8.count > 4 << 20 }
        for index in long {
            var text = texts[index]
            let result = Result {
                try text.withUTF8 {
                    try encode($0, options: options, threads: ProcessInfo.processInfo.activeProcessorCount)
                }
            }
            results.withLock { $0[index] = result }
        }
        DispatchQueue.concurrentPerform(iterations: texts.count) { index in
            guard texts[index].utf8.count <= 4 << 20 else { return }
            let result = Result { try encode(texts[index], options: options) }
            results.withLock { $0[index] = result }
        }
        return try results.withLock { try $0.map { try $0!.get() } }
    }

    /// The bytes that `ids` stand for.
    ///
    /// - Parameters:
    ///   - ids: tokens of one text, from its start.
    ///   - skipsSpecialTokens: whether added tokens that mark structure are left out.
    /// - Throws: `TokenizerError` naming an id that is not in the vocabulary.
    public func decodeBytes(_ ids: some Sequence<TokenID>, skipsSpecialTokens: Bool = false) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var decoder = makeDecoder(skipsSpecialTokens: skipsSpecialTokens)
        for id in ids { try decoder.append(id, into: &bytes) }
        try decoder.finish(into: &bytes)
        return bytes
    }

    /// The text that `ids` stand for; bytes that are not UTF-8 become U+FFFD, as in transformers.
    ///
    /// - Parameters:
    ///   - ids: tokens of one text, from its start.
    ///   - skipsSpecialTokens: whether added tokens that mark structure are left out.
    /// - Throws: `TokenizerError` naming an id that is not in the vocabulary.
    public func decode(_ ids: some Sequence<TokenID>, skipsSpecialTokens: Bool = false) throws -> String {
        String(decoding: try decodeBytes(ids, skipsSpecialTokens: skipsSpecialTokens), as: UTF8.self)
    }

    private func encoding(of text: String, recordsByteRanges: Bool, options: EncodingOptions) throws -> Encoding {
        var encoding = Encoding(recordsByteRanges: recordsByteRanges)
        var text = text
        try text.withUTF8 { try encode($0, options: options, into: &encoding) }
        return encoding
    }
}
