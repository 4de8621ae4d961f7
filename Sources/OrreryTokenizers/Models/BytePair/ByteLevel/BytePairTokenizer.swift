/// Byte-level byte-pair encoding: GPT-2's, tiktoken's, Llama 3's and Qwen's.
///
/// A pattern cuts the text into words, and each word's bytes are merged pair by pair. Every byte string can be encoded,
/// and decoding gives exactly its bytes back, unless the text is normalised first.
package struct BytePairTokenizer: Tokenizer {
    /// What there is around the model.
    package struct Settings: Sendable {
        /// How text is cut into words.
        package var pattern: SplitPattern
        /// What to make of bytes that are not UTF-8.
        package var malformedText = MalformedText.isPunctuation
        /// Whether text becomes Normalization Form C before anything else (Qwen).
        package var composes = false
        /// The tokens before and after a text.
        package var frame: (prefix: [TokenID], suffix: [TokenID]) = ([], [])
        /// What tokens decode to where it is not what they are found by: added tokens spelled in GPT-2's byte alphabet,
        /// and entries of the vocabulary that are not spelled in it.
        var otherBytes: [TokenID: [UInt8]] = [:]
        /// How added tokens are found; nil where that is wherever their text stands.
        var added: AddedVocabulary?
        /// What a token's byte range is.
        var ranges = Ranges.ownBytes
        /// What else its `tokenizer.json` says, if it is from one.
        var parts: HuggingFaceParts?

        /// The two ways to say where tokens are that share a character.
        enum Ranges: Sendable {
            /// Each has the bytes that are its own.
            case ownBytes
            /// Each has the whole character, and perhaps no spaces: Hugging Face's way, for its files.
            case characters(trims: [FramePart.Trim])
        }

        package init(pattern: SplitPattern) { self.pattern = pattern }
    }

    /// What a pattern, which is about characters, says about bytes that are none.
    package enum MalformedText: Sendable, Hashable {
        /// Each ill-formed part is one character, of no class: it is treated like punctuation.
        case isPunctuation
        /// The first such byte and all that follows it are one word, with the word before it: what tiktoken does
        /// (`_encode_bytes`).
        case endsWords
    }

    package let addedTokens: AddedTokens
    package let endOfText: TokenID?
    package let settings: Settings

    let model: BytePairModel
    let splitter: WordSplitter
    private let encoders: WorkspacePool<BytePairEncoder>

    /// - Throws: `TokenizerError` if the pattern is not a regular expression.
    init(model: BytePairModel, settings: Settings, addedTokens: AddedTokens, endOfText: TokenID?) throws {
        self.model = model
        self.settings = settings
        self.addedTokens = addedTokens
        self.endOfText = endOfText
        splitter = try WordSplitter(settings.pattern)
        encoders = WorkspacePool { [model] in BytePairEncoder(model) }
    }

    package var vocabularySize: Int {
        Int(
            max(
                addedTokens.map(\.id).max() ?? -1, settings.otherBytes.keys.max() ?? -1, TokenID(model.tokens.count) - 1
            )) + 1
    }

    package func piece(for id: TokenID) -> [UInt8]? {
        if let bytes = settings.otherBytes[id] { return bytes }
        if let token = addedTokens.token(for: id) { return Array(token.content.utf8) }
        return model.tokens.contains(Int(id)) ? Array(model.tokens[Int(id)]) : nil
    }

    package func id(forPiece piece: [UInt8]) -> TokenID? {
        addedTokens.id(forContent: piece)
            ?? piece.withUnsafeBufferPointer { model.tokens.id(of: $0).map { TokenID($0) } }
    }

    package func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, into encoding: inout Encoding
    ) throws {
        if options.addsSpecialTokens { for id in settings.frame.prefix { encoding.append(id, 0 ..< 0) } }
        let first = encoding.ids.count
        try encoders.withWorkspace { encoder in
            try forEachSegment(of: utf8, recognizesSpecialTokens: options.recognizesSpecialTokens) { segment in
                switch segment {
                case .token(let id, let range): encoding.append(id, range)
                case .ordinary(let range): try encode(utf8, range, with: encoder, into: &encoding)
                }
            }
        }
        if encoding.recordsByteRanges, case .characters(let trims) = settings.ranges, !trims.isEmpty {
            trimRanges(of: &encoding, from: first, trims, utf8)
        }
        try encoding.truncate(from: first, options, added: settings.frame.prefix.count + settings.frame.suffix.count)
        if options.addsSpecialTokens {
            for id in settings.frame.suffix { encoding.append(id, utf8.count ..< utf8.count) }
        }
    }

    /// Cuts `utf8` at the added tokens.
    func forEachSegment(
        of utf8: UnsafeBufferPointer<UInt8>, recognizesSpecialTokens: Bool, _ body: (AddedTokens.Segment) throws -> Void
    ) rethrows {
        guard let added = settings.added else {
            return try addedTokens.forEachSegment(of: utf8, recognizesSpecialTokens: recognizesSpecialTokens, body)
        }
        try added.forEachStretch(of: utf8, isNormalized: false, recognizesSpecialTokens: recognizesSpecialTokens) {
            range, token in
            guard token < 0 else { return try body(.token(token, range)) }
            let stretch = UnsafeBufferPointer(rebasing: utf8[range])
            try added.forEachStretch(of: stretch, isNormalized: true, recognizesSpecialTokens: recognizesSpecialTokens)
            { part, token in
                let part = range.lowerBound + part.lowerBound ..< range.lowerBound + part.upperBound
                if !part.isEmpty { try body(token < 0 ? .ordinary(part) : .token(token, part)) }
            }
        }
    }

    /// Appends the tokens of a stretch without added tokens.
    private func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, with encoder: BytePairEncoder,
        into encoding: inout Encoding
    ) throws {
        let text = UnsafeBufferPointer(rebasing: utf8[range])
        let first = encoding.ids.count
        if encoding.recordsByteRanges, case .characters = settings.ranges, text.wellFormedPrefixCount == text.count {
            return try encodeCharacters(text, at: range.lowerBound, with: encoder, into: &encoding)
        }
        if settings.composes, !encoding.recordsByteRanges, text.count < Int(Int32.max) / 4,
            text.wellFormedPrefixCount == text.count
        {
            // The pipeline's own step, which is tokenizers' to the last mark, as in `encodeCharacters`.
            var string = NormalizedString(text, isAligned: false)
            string.compose(compatibly: false)
            try string.text.bytes.withUnsafeBufferPointer { try encode($0, with: encoder, into: &encoding.ids) }
        } else if settings.composes,
            let composed = CanonicalComposition.composed(text, recordsOrigins: encoding.recordsByteRanges)
        {
            try composed.bytes.withUnsafeBufferPointer { try encode($0, with: encoder, into: &encoding.ids) }
            if encoding.recordsByteRanges {
                recordRanges(of: &encoding, from: first) { range.lowerBound + composed.origins[$0] }
            }
        } else {
            try encode(text, with: encoder, into: &encoding.ids)
            if encoding.recordsByteRanges { recordRanges(of: &encoding, from: first) { range.lowerBound + $0 } }
        }
    }

    private func encode(
        _ text: UnsafeBufferPointer<UInt8>, with encoder: BytePairEncoder, into ids: inout [TokenID]
    ) throws {
        guard text.count > 0 else { return }
        // A token has more than three bytes in nearly every text: the list rarely has to move.
        ids.reserveCapacity(ids.count + text.count / 3)
        let wellFormed = settings.malformedText == .endsWords ? text.wellFormedPrefixCount : text.count
        if wellFormed > 0 {
            try encoder.encode(UnsafeBufferPointer(rebasing: text[..<wellFormed]), splitter, into: &ids)
        }
        if wellFormed < text.count { try encodeRest(of: text, from: wellFormed, with: encoder, into: &ids) }
    }

    /// tiktoken's way with bytes that are not UTF-8: they and all that follows are one word, together with the word
    /// before them and, if that one is blank, with all blank tokens before it.
    private func encodeRest(
        of text: UnsafeBufferPointer<UInt8>, from malformed: Int, with encoder: BytePairEncoder,
        into ids: inout [TokenID]
    ) throws {
        var start = malformed
        func isBlank(_ id: TokenID) -> Bool {
            model.tokens[Int(id)].allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }
        }
        if malformed > 0 {
            let lastWord =
                try splitter.wordEnds(of: UnsafeBufferPointer(rebasing: text[..<malformed])).dropLast().last ?? 0
            var first = ids.last!
            while start > lastWord {
                first = ids.removeLast()
                start -= model.tokens.length(of: Int(first))
            }
            if isBlank(first) {
                while start > 0, isBlank(ids.last!) { start -= model.tokens.length(of: Int(ids.removeLast())) }
            }
        }
        try encoder.encode(ScannedText(UnsafeBufferPointer(rebasing: text[start...])), WholeTextScanner(), into: &ids)
    }

    /// The tokens of a text are its bytes, cut. `origin` says where in the source a byte of the text is from.
    private func recordRanges(of encoding: inout Encoding, from first: Int, _ origin: (Int) -> Int) {
        var start = 0
        for id in encoding.ids[first...] {
            let end = start + model.tokens.length(of: Int(id))
            encoding.byteRanges.append(origin(start) ..< origin(end))
            start = end
        }
    }

    /// The same with ranges as tokenizers gives them.
    private func encodeCharacters(
        _ text: UnsafeBufferPointer<UInt8>, at start: Int, with encoder: BytePairEncoder, into encoding: inout Encoding
    ) throws {
        guard text.count < Int(Int32.max) / 4 else {
            throw TokenizerError.invalid(
                "a text of \(text.count) bytes is too long for byte ranges; expected less than half a gigabyte")
        }
        var string = NormalizedString(text, isAligned: true)
        if settings.composes { string.compose(compatibly: false) }
        let first = encoding.ids.count
        try string.text.bytes.withUnsafeBufferPointer { try encode($0, with: encoder, into: &encoding.ids) }
        var position = 0
        for id in encoding.ids[first...] {
            let end = position + model.tokens.length(of: Int(id))
            let alignments = (string.text.alignments[position], string.text.alignments[end - 1])
            encoding.byteRanges.append(start + Int(alignments.0.start) ..< start + Int(alignments.1.end))
            position = end
        }
    }

    /// Whether spaces are left out of byte ranges.
    var trimsRanges: Bool { if case .characters(let trims) = settings.ranges { !trims.isEmpty } else { false } }

    private func trimRanges(
        of encoding: inout Encoding, from first: Int, _ trims: [FramePart.Trim], _ utf8: UnsafeBufferPointer<UInt8>
    ) {
        var run = TokenRun(ids: Array(encoding.ids[first...]), places: Array(encoding.byteRanges[first...]))
        run.spaces = zip(run.ids, run.places).map { id, place in
            guard addedTokens.token(for: id) != nil else {
                let text = model.tokens[Int(id)]
                return (text.prefix { $0 == 0x20 }.count, text.reversed().prefix { $0 == 0x20 }.count)
            }
            // White space of any kind that the token has taken, and what is spelled as a space.
            let text = String(decoding: utf8[place], as: UTF8.self).unicodeScalars
            func isSpace(_ scalar: Unicode.Scalar) -> Bool {
                scalar == "\u{120}" || PipelineCharacter.of(scalar.value).contains(.whitespace)
            }
            return (text.prefix(while: isSpace).count, text.reversed().prefix(while: isSpace).count)
        }
        encoding.byteRanges.replaceSubrange(first..., with: run.trimmed(run.ids.indices, trims, utf8))
    }

    package func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws {
        if !settings.otherBytes.isEmpty, let other = settings.otherBytes[id] {
            bytes.append(contentsOf: other)
        } else if let token = addedTokens.token(for: id) {
            bytes.append(contentsOf: token.content.utf8)
        } else if model.tokens.contains(Int(id)) {
            bytes.append(contentsOf: model.tokens[Int(id)])
        } else {
            throw TokenizerError.unknownID(id, vocabularySize: vocabularySize)
        }
    }
}
