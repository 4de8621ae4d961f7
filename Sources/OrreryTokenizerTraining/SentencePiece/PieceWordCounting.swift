import OrreryTokenizers

/// Reads a corpus as sentencepiece's trainers do: line by line, each in normal form, cut into words that start with
/// their space.
struct PieceWordCounting {
    private let settings: SentencePieceTraining
    private let normalizer: SentencePieceNormalizer
    /// Special tokens, in place of which a boundary is read.
    private let marks: AddedTokens
    /// Whether the last word of a line is counted apart, with a line break behind it: what follows a word decides which
    /// of its ends are pieces to begin with (`SeedPieces`).
    private let marksLineEnds: Bool

    init(_ settings: SentencePieceTraining, specialTokens: [String], marksLineEnds: Bool) throws {
        self.settings = settings
        self.marksLineEnds = marksLineEnds
        normalizer = try SentencePieceNormalizer(.identity)
        marks = try AddedTokens(
            (SentencePieceVocabulary.marks + specialTokens).enumerated().map {
                AddedToken(id: TokenID($0), content: $1)
            })
    }

    /// Adds the words of the lines of `text`.
    func count(_ text: UnsafeBufferPointer<UInt8>, into table: WordTable) {
        var start = 0
        while start < text.count {
            let rest = UnsafeBufferPointer(rebasing: text[start...])
            let length = rest.endOfLine
            start += length
            let line = UnsafeBufferPointer(rebasing: rest[..<(rest[length - 1] == 0x0A ? length - 1 : length)])
            guard line.count > 0, line.count <= settings.longestLine else { continue }
            normalizer.normalize(line, recordsOrigins: false).bytes.withUnsafeBufferPointer {
                withoutMarks($0) { addWords($0, to: table) }
            }
        }
    }

    /// Calls `body` with the line, in which a zero stands for each special token.
    private func withoutMarks(_ line: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var segments: [AddedTokens.Segment] = []
        marks.forEachSegment(of: line, recognizesSpecialTokens: true) { segments.append($0) }
        guard segments.count > 1 else { return body(line) }
        let bytes: [UInt8] = segments.flatMap { segment -> [UInt8] in
            switch segment {
            case .token: [UInt8(PieceRules.boundary)]
            case .ordinary(let range): Array(line[range])
            }
        }
        bytes.withUnsafeBufferPointer(body)
    }

    private func addWords(_ line: UnsafeBufferPointer<UInt8>, to table: WordTable) {
        guard !line.isEmpty, !line.holdsUnknown else { return }
        guard settings.splitsByWhitespace else { return addLast(line, to: table) }
        var start = 0
        for place in 1 ..< max(line.count, 1)
        where line[place] == 0xE2 && place + 2 < line.count && line[place + 1] == 0x96 && line[place + 2] == 0x81 {
            table.add(UnsafeBufferPointer(rebasing: line[start ..< place]))
            start = place
        }
        addLast(UnsafeBufferPointer(rebasing: line[start...]), to: table)
    }

    private func addLast(_ word: UnsafeBufferPointer<UInt8>, to table: WordTable) {
        guard marksLineEnds else { return table.add(word) }
        (Array(word) + [PieceWords.lineEnd]).withUnsafeBufferPointer { table.add($0) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether "▅" is in it, which stands for what is unknown: sentencepiece skips such lines.
    var holdsUnknown: Bool {
        indices.dropLast(2).contains { self[$0] == 0xE2 && self[$0 + 1] == 0x96 && self[$0 + 2] == 0x85 }
    }
}
