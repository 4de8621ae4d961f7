import Dispatch
import Synchronization

extension Tokenizer {
    /// The tokens of a text part by part, computed on several threads: the very tokens that `encode` gives for the
    /// whole.
    ///
    /// Byte-pair tokenizers whose pattern has a scanner are cut into parts of about `partSize` bytes, at places where
    /// that changes nothing; the memory is that of a few parts. Every other tokenizer, and a text without such places,
    /// is one part, and so is one that is to be cut short.
    ///
    /// - Parameters:
    ///   - recordsByteRanges: whether the encodings have byte ranges, which are those in the whole text.
    ///   - body: called in order with each part's bytes and tokens. The tokens of the frame, if asked for, are in the
    ///     first and the last.
    /// - Throws: what `encode` throws, and what `body` does.
    package func encodeParts(
        of utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions = EncodingOptions(),
        recordsByteRanges: Bool = false, threads: Int,
        partSize: Int = 1 << 20, _ body: (Range<Int>, Encoding) throws -> Void
    ) throws {
        precondition(threads > 0)
        guard let tokenizer = self as? any DivisibleTokenizer, utf8.count > partSize, options.truncation == nil,
            // Whether a token's place keeps its space goes by whether it is the first of the text.
            !(recordsByteRanges && (self as? BytePairTokenizer)?.trimsRanges == true)
        else {
            var encoding = Encoding(recordsByteRanges: recordsByteRanges)
            try encode(utf8, options: options, into: &encoding)
            return try body(utf8.indices, encoding)
        }
        let frame: (prefix: [TokenID], suffix: [TokenID]) = options.addsSpecialTokens ? tokenizer.frame : ([], [])
        var options = options
        options.addsSpecialTokens = false
        var parts = TextParts(utf8, divisible: tokenizer.divisibleCount(of: utf8), size: partSize)
        var isFirst = true
        while true {
            var ranges: [Range<Int>] = []
            while ranges.count < 2 * threads, let range = parts.next() { ranges.append(range) }
            guard !ranges.isEmpty else { return }
            let encodings = try encodings(
                of: utf8, ranges, options, recordsByteRanges: recordsByteRanges, threads: threads)
            for (range, var encoding) in zip(ranges, encodings) {
                if isFirst { encoding.prepend(frame.prefix) }
                isFirst = false
                if range.upperBound == utf8.count {
                    for id in frame.suffix { encoding.append(id, utf8.count ..< utf8.count) }
                }
                try body(range, encoding)
            }
        }
    }

    /// The token ids of one text, computed on several threads: the same as without.
    package func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions = EncodingOptions(), threads: Int
    ) throws -> [TokenID] {
        var ids: [TokenID] = []
        try encodeParts(of: utf8, options: options, threads: threads) { ids += $1.ids }
        return ids
    }

    private func encodings(
        of utf8: UnsafeBufferPointer<UInt8>, _ ranges: [Range<Int>], _ options: EncodingOptions,
        recordsByteRanges: Bool, threads: Int
    ) throws -> [Encoding] {
        // The buffer outlives this call, which waits for all threads; each of them only reads it.
        nonisolated(unsafe) let utf8 = utf8
        let next = Atomic(0)
        let results = Mutex([Result<Encoding, any Error>?](repeating: nil, count: ranges.count))
        DispatchQueue.concurrentPerform(iterations: min(threads, ranges.count)) { _ in
            while case let index = next.add(1, ordering: .relaxed).oldValue, index < ranges.count {
                let range = ranges[index]
                let result = Result {
                    var encoding = Encoding(recordsByteRanges: recordsByteRanges)
                    try encode(UnsafeBufferPointer(rebasing: utf8[range]), options: options, into: &encoding)
                    encoding.shiftByteRanges(by: range.lowerBound)
                    return encoding
                }
                results.withLock { $0[index] = result }
            }
        }
        return try results.withLock { try $0.map { try $0!.get() } }
    }
}

extension Encoding {
    fileprivate mutating func prepend(_ prefix: [TokenID]) {
        ids.insert(contentsOf: prefix, at: 0)
        if recordsByteRanges { byteRanges.insert(contentsOf: prefix.map { _ in 0 ..< 0 }, at: 0) }
    }

    fileprivate mutating func shiftByteRanges(by offset: Int) {
        guard offset > 0 else { return }
        for index in byteRanges.indices {
            byteRanges[index] = byteRanges[index].lowerBound + offset ..< byteRanges[index].upperBound + offset
        }
    }
}
