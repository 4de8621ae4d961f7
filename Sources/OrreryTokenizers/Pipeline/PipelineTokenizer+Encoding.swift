extension PipelineTokenizer {
    package func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, into encoding: inout Encoding
    ) throws {
        let run = try run(of: utf8, options, recordsPlaces: encoding.recordsByteRanges)
        var kept = 0 ..< run.ids.count
        if let truncation = options.truncation {
            let added = options.addsSpecialTokens ? frames.addedSingle : 0
            kept = truncation.kept(try truncation.lengths(of: [run.ids.count], added: added)[0], of: run.ids.count)
        }
        append(frames.parts(addsSpecialTokens: options.addsSpecialTokens), [(utf8, run, kept)], to: &encoding) {
            _, _, _ in
        }
    }

    /// The tokens of `text` in windows of `options.truncation.maxLength` tokens: what is kept first, then what was cut
    /// off, each framed.
    package func encodeWindows(
        _ text: String, options: EncodingOptions, recordsByteRanges: Bool = false
    ) throws -> [Encoding] {
        var text = text
        return try text.withUTF8 { utf8 in
            let run = try run(of: utf8, options, recordsPlaces: recordsByteRanges)
            var windows = [0 ..< run.ids.count]
            if let truncation = options.truncation {
                let length = try truncation.lengths(
                    of: [run.ids.count], added: options.addsSpecialTokens ? frames.addedSingle : 0)[0]
                windows = truncation.windows(length, of: run.ids.count)
            }
            let parts = frames.parts(addsSpecialTokens: options.addsSpecialTokens)
            return windows.map { window in
                var encoding = Encoding(recordsByteRanges: recordsByteRanges)
                append(parts, [(utf8, run, window)], to: &encoding) { _, _, _ in }
                return encoding
            }
        }
    }

    /// The tokens of two texts that are read together: a question and an answer, a premise and a hypothesis.
    ///
    /// - Throws: as `encode`.
    package func encodePair(
        _ first: String, _ second: String, options: EncodingOptions = EncodingOptions()
    ) throws -> PairEncoding {
        var (first, second) = (first, second)
        return try first.withUTF8 { first in
            try second.withUTF8 { second in
                let runs = try [first, second].map { try run(of: $0, options, recordsPlaces: true) }
                var lengths = runs.map(\.ids.count)
                if let truncation = options.truncation {
                    lengths = try truncation.lengths(
                        of: lengths, added: options.addsSpecialTokens ? frames.addedPair : 0)
                }
                let texts = zip([first, second], zip(runs, lengths)).map { text, pair in
                    (text, pair.0, options.truncation?.kept(pair.1, of: pair.0.ids.count) ?? 0 ..< pair.0.ids.count)
                }
                var encoding = Encoding(recordsByteRanges: true)
                var result = PairEncoding()
                append(try frames.pairParts(addsSpecialTokens: options.addsSpecialTokens), texts, to: &encoding) {
                    count, type, text in
                    result.typeIDs += repeatElement(type, count: count)
                    result.texts += repeatElement(text, count: count)
                }
                result.ids = encoding.ids
                result.byteRanges = encoding.byteRanges
                return result
            }
        }
    }

    /// Appends what the post-processor makes of one text or two, of which the ranges are kept.
    private func append(
        _ parts: [FramePart], _ texts: [(source: UnsafeBufferPointer<UInt8>, run: TokenRun, kept: Range<Int>)],
        to encoding: inout Encoding,
        _ note: (_ count: Int, _ type: Int, _ text: Int?) -> Void
    ) {
        var place = 0
        for part in parts {
            switch part {
            case .special(let id, let type):
                encoding.append(id, place ..< place)
                note(1, type, nil)
            case .text(let text):
                let (source, run, kept) = texts[text.number]
                encoding.ids.append(contentsOf: run.ids[kept])
                if encoding.recordsByteRanges {
                    encoding.byteRanges +=
                        text.trims.isEmpty ? run.places[kept] : run.trimmed(kept, text.trims, source)[...]
                }
                note(kept.count, text.type, text.number)
                place = source.count
            }
        }
    }

    /// The tokens of a text without its frame.
    private func run(
        of utf8: UnsafeBufferPointer<UInt8>, _ options: EncodingOptions, recordsPlaces: Bool
    ) throws -> TokenRun {
        guard utf8.count < Int(Int32.max) / 4 else {
            throw TokenizerError.invalid(
                "a text of \(utf8.count) bytes is too long at once; expected less than half a gigabyte")
        }
        let text = try preTokenized(utf8, options, isAligned: recordsPlaces || preTokenizer?.needsPlaces == true)
        return try workspaces.withWorkspace { try tokens(of: text, recordsPlaces: recordsPlaces, $0) }
    }

    func preTokenized(
        _ utf8: UnsafeBufferPointer<UInt8>, _ options: EncodingOptions, isAligned: Bool
    ) throws -> PreTokenizedString {
        let source = NormalizedString(utf8, isAligned: isAligned)
        var text = PreTokenizedString(isAligned: isAligned)
        try source.text.bytes.withUnsafeBufferPointer { bytes in
            try added.forEachStretch(
                of: bytes, isNormalized: false, recognizesSpecialTokens: options.recognizesSpecialTokens
            ) { range, token in
                var string = range.count == bytes.count ? source : NormalizedString(source, range)
                guard token < 0 else {
                    text.append(string) { $0(0 ..< range.count, token) }
                    return
                }
                try normalizer?.normalize(&string)
                let stretches = string.text.bytes.withUnsafeBufferPointer { bytes in
                    var stretches: [(Range<Int>, TokenID)] = []
                    added.forEachStretch(
                        of: bytes, isNormalized: true, recognizesSpecialTokens: options.recognizesSpecialTokens
                    ) { stretches.append(($0, $1)) }
                    return stretches
                }
                text.append(string) { for stretch in stretches { $0(stretch.0, stretch.1) } }
            }
        }
        try preTokenizer?.preTokenize(&text)
        return text
    }

    private func tokens(
        of text: PreTokenizedString, recordsPlaces: Bool, _ workspace: ModelWorkspace
    ) throws -> TokenRun {
        var run = TokenRun()
        run.ids.reserveCapacity(text.text.bytes.count / 3)
        let recordsSpaces = recordsPlaces && frames.trims
        try text.text.bytes.withUnsafeBufferPointer { bytes in
            for piece in text.pieces {
                let word = UnsafeBufferPointer(rebasing: bytes[piece.range])
                workspace.tokens.removeAll(keepingCapacity: true)
                if piece.token >= 0 {
                    workspace.tokens.append(ModelWorkspace.Token(id: piece.token, start: 0, end: Int32(word.count)))
                } else {
                    try model.tokenize(word, workspace)
                }
                for token in workspace.tokens { run.ids.append(token.id) }
                guard recordsPlaces else { continue }
                for token in workspace.tokens {
                    let first = Int(piece.start + token.start)
                    let last = Int(piece.start + token.end) - 1
                    let alignments = text.text.alignments
                    // A token of no bytes, which spells what a model put before a word.
                    let start = alignments[min(first, Int(piece.end) - 1)].start
                    run.places.append(
                        Int(start) ..< max(Int(start), last < first ? Int(start) : Int(alignments[last].end)))
                    if recordsSpaces { run.spaces.append(spaces(of: token, in: word, isAdded: piece.token >= 0)) }
                }
            }
        }
        return run
    }

    /// How many spaces the text of a token begins and ends with; "Ġ" is one.
    private func spaces(
        of token: ModelWorkspace.Token, in word: UnsafeBufferPointer<UInt8>, isAdded: Bool
    ) -> (leading: Int, trailing: Int) {
        var text = model.piece(for: token.id) ?? []
        if isAdded { text = Array(word)[...] }
        if case .unigram(let unigram) = model, !isAdded, unigram.unkID == Int(token.id) {
            text = Array(word[Int(token.start) ..< Int(token.end)])[...]
        }
        let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
        func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "\u{120}" || PipelineCharacter.of(scalar.value).contains(.whitespace)
        }
        return (scalars.prefix(while: isSpace).count, scalars.reversed().prefix(while: isSpace).count)
    }
}

/// The tokens of two texts and of what stands around them.
package struct PairEncoding: Sendable, Hashable {
    package var ids: [TokenID] = []
    /// The type of each token, which tells a model the texts apart (`token_type_ids`).
    package var typeIDs: [Int] = []
    /// The text of each token, 0 or 1; nil for special tokens.
    package var texts: [Int?] = []
    /// Where in its own text each token is from, in bytes; empty for special tokens.
    package var byteRanges: [Range<Int>] = []
}
