import OrreryFiles

/// A byte-level vocabulary as files have it: pieces spelled in GPT-2's alphabet, their ids, and pairs of pieces to
/// merge. Gathered entry by entry, and checked, before a model is made.
struct ByteLevelVocabulary {
    /// The file that errors name.
    private let file: String
    private var entries: [TokenBytes.Entry] = []
    private var block: [UInt8] = []
    /// Entries that are not spelled in the alphabet. No text becomes one of them; they are decoded as they are written.
    private(set) var otherBytes: [TokenID: [UInt8]] = [:]
    private var tokens: TokenBytes?
    private var merges: [Merging.Merge] = []

    init(file: String) { self.file = file }

    /// Adds a piece, given as UTF-8.
    mutating func add(_ piece: some Collection<UInt8>, id: Int) throws {
        guard id >= 0, id < TokenBytes.maximalCount else {
            throw TokenizerError.file(
                file, "the token \(quoted(piece)) has the id \(id); expected 0 to \(TokenBytes.maximalCount - 1)")
        }
        guard piece.count <= TiktokenReader.longestToken else {
            throw TokenizerError.file(
                file,
                "the token with id \(id) has \(piece.count) bytes; expected at most \(TiktokenReader.longestToken)")
        }
        let start = block.count
        if !piece.isEmpty, ByteAlphabet.append(piece, to: &block) {
            entries.append(TokenBytes.Entry(id: Int32(id), count: Int32(block.count - start), start: start))
        } else {
            guard otherBytes.updateValue(Array(piece), forKey: TokenID(id)) == nil else { throw repeated(id) }
        }
    }

    /// Ends the vocabulary; merges may be added now.
    mutating func finish() throws {
        guard !entries.isEmpty else {
            throw TokenizerError.file(
                file, "the vocabulary has no token spelled in GPT-2's byte alphabet; expected some")
        }
        do {
            tokens = try block.withUnsafeBufferPointer { try TokenBytes(entries, in: $0) }
        } catch TokenBytes.Fault.duplicateID(let entry) {
            throw repeated(Int(entries[entry].id))
        } catch TokenBytes.Fault.duplicateBytes(let entry) {
            let bytes = block[entries[entry].start...].prefix(Int(entries[entry].count))
            throw TokenizerError.file(
                file,
                "the token \(TokenizerError.quoted(ByteAlphabet.spelling(of: bytes))) is there twice; expected distinct tokens"
            )
        }
        if let id = otherBytes.keys.first(where: { tokens!.contains(Int($0)) }) { throw repeated(Int(id)) }
    }

    private func repeated(_ id: Int) -> TokenizerError {
        .file(file, "the id \(id) is there twice; expected distinct ids")
    }

    /// Adds the merge of two pieces, given as UTF-8, of the next rank.
    mutating func addMerge(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) throws {
        guard merges.count < Int(Merging.noMerge) - 1 else {
            throw TokenizerError.file(file, "there are more than \(merges.count) merges; expected fewer")
        }
        var bytes: [UInt8] = []
        guard !left.isEmpty, ByteAlphabet.append(left, to: &bytes) else { throw foreign(left) }
        let middle = bytes.count
        guard !right.isEmpty, ByteAlphabet.append(right, to: &bytes) else { throw foreign(right) }
        merges.append(
            try bytes.withUnsafeBufferPointer { bytes in
                Merging.Merge(
                    left: try id(of: bytes[..<middle]), right: try id(of: bytes[middle...]),
                    result: try id(of: bytes[...]))
            })
    }

    /// Adds the merge of two pieces spelled in the alphabet, given as UTF-8, unless one of them or what they make is
    /// not a token.
    ///
    /// - Returns: whether it was added.
    mutating func addMergeIfKnown(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) throws -> Bool {
        var bytes: [UInt8] = []
        guard ByteAlphabet.append(left, to: &bytes) else { return false }
        let middle = bytes.count
        guard ByteAlphabet.append(right, to: &bytes) else { return false }
        let isKnown = bytes.withUnsafeBufferPointer { bytes in
            [bytes[..<middle], bytes[middle...], bytes[...]].allSatisfy {
                tokens?.id(of: UnsafeBufferPointer(rebasing: $0)) != nil
            }
        }
        if isKnown { try addMerge(left, right) }
        return isKnown
    }

    /// Whether a piece, given as UTF-8, is text of the alphabet.
    static func isSpelled(_ piece: some Collection<UInt8>) -> Bool {
        var bytes: [UInt8] = []
        return !piece.isEmpty && ByteAlphabet.append(piece, to: &bytes)
    }

    private func foreign(_ piece: some Collection<UInt8>) -> TokenizerError {
        .file(file, "merge \(merges.count) has \(quoted(piece)); expected a token in GPT-2's byte alphabet")
    }

    private func id(of piece: Slice<UnsafeBufferPointer<UInt8>>) throws -> UInt32 {
        guard let id = tokens?.id(of: UnsafeBufferPointer(rebasing: piece)) else {
            let spelling = TokenizerError.quoted(ByteAlphabet.spelling(of: piece))
            throw TokenizerError.file(
                file,
                "merge \(merges.count) needs the token \(spelling), which is not in the vocabulary; expected one that is"
            )
        }
        return UInt32(id)
    }

    /// Which of several merges of one pair counts: llama.cpp's first, or tokenizers' last.
    enum Repeated { case first, last }

    /// The model.
    ///
    /// - Parameter takesWholeWords: `ignore_merges`.
    func model(takesWholeWords: Bool, repeated: Repeated) throws -> BytePairModel {
        let rules =
            try (try? ByteLevelMerges(tokens!, list: merges)) ?? ByteLevelMerges(tokens!, list: distinct(repeated))
        return BytePairModel(rules: rules, takesWholeWords: takesWholeWords)
    }

    private func distinct(_ repeated: Repeated) -> [Merging.Merge] {
        var seen = Set<Merging.Merge>()
        switch repeated {
        case .first: return merges.filter { seen.insert($0).inserted }
        case .last: return merges.reversed().filter { seen.insert($0).inserted }.reversed()
        }
    }

    private func quoted(_ piece: some Collection<UInt8>) -> String {
        TokenizerError.quoted(String(decoding: piece, as: UTF8.self))
    }
}
