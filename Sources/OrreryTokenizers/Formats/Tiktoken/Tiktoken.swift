import Foundation

extension BytePairTokenizer {
    /// The tokenizer of a vocabulary in tiktoken's format.
    ///
    /// The format carries no pattern and no special tokens. Those of r50k, p50k, cl100k and o200k are known, by a hash
    /// of the vocabulary.
    ///
    /// - Parameters:
    ///   - path: a `.tiktoken` file.
    ///   - pattern: how text is cut into words; required for a vocabulary that is not known, which then has no special
    ///     tokens.
    ///   - encoding: tiktoken's name for the vocabulary with its special tokens, where one vocabulary has two:
    ///     `o200k_harmony` and `p50k_edit` have those of `o200k_base` and `p50k_base`, which are taken otherwise.
    /// - Throws: `TokenizerError` or `FileError` naming the file, the line and what was expected.
    package init(tiktoken path: String, pattern: SplitPattern? = nil, encoding name: String? = nil) throws {
        let tokens = try TiktokenReader.read(path: path)
        let encoding =
            try name.map { try TiktokenEncoding.named($0, of: tokens, path: path) } ?? TiktokenEncoding.of(tokens)
        guard let pattern = pattern ?? encoding?.pattern else {
            let names = TiktokenEncoding.known.map(\.name).joined(separator: ", ")
            throw TokenizerError.file(
                path,
                "is none of the vocabularies \(names), and the format does not say how text is cut; expected --pattern NAME|REGEX"
            )
        }
        let added = try AddedTokens(encoding?.specialTokens.map { AddedToken(id: $0.id, content: $0.content) } ?? [])
        var settings = Settings(pattern: pattern)
        settings.malformedText = .endsWords
        try self.init(
            model: BytePairModel(rules: ByteLevelMerges(tokens), takesWholeWords: true), settings: settings,
            addedTokens: added,
            endOfText: added.id(forContent: Array("<|endoftext|>".utf8)))
    }

    /// The vocabulary in tiktoken's format: a line per token, by id. Special tokens and the pattern are not in it.
    ///
    /// - Throws: `TokenizerError` if the merges are not those that the ids stand for, which is all that the format can
    ///   say.
    package func tiktokenFile(named name: String) throws -> TokenizerFile {
        let byID = BytePairModel(rules: ByteLevelMerges(model.tokens), takesWholeWords: true)
        let list = model.rules.list
        guard list.isEmpty || list == byID.listedMerges() else {
            throw TokenizerError.invalid(
                "the merges are not in the order of the ids they make; expected a vocabulary that tiktoken's format can hold"
            )
        }
        var contents = Data()
        for id in 0 ..< model.tokens.count where model.tokens.length(of: id) > 0 {
            contents.append(contentsOf: "\(Data(model.tokens[id]).base64EncodedString()) \(id)\n".utf8)
        }
        return TokenizerFile(name: name, contents: contents)
    }
}
