extension SentencePieceTokenizer {
    /// The same as a `tokenizer.json` has it: spaces are merged and escaped by normalizers, words are cut at "▁", and
    /// the decoder turns "▁" and bytes back. For models that the trainers made, whose normalization is the identity.
    ///
    /// - Throws: `TokenizerError` for models with character rules.
    func pipeline() throws -> PipelineTokenizer {
        guard model.normalizerSettings == .identity, !model.treatsWhitespaceAsSuffix,
            roles.userDefined.isEmpty
        else {
            throw TokenizerError.invalid(
                "the model has character rules or symbols of its own; expected one that was trained here, or .model as the format"
            )
        }
        let space = "\u{2581}"
        let splits = model.trainer.bool(22, default: true)
        return try PipelineTokenizer(
            normalizer: .sequence([
                .replace(Replace(TextPattern(.regex("\\A +| +\\z")), with: "")),
                .replace(Replace(TextPattern(.regex(" {2,}")), with: " ")),
                .prepend(space), .replace(Replace(TextPattern(.string(" ")), with: space)),
            ]),
            preTokenizer: splits ? .metaspace(Metaspace(prependScheme: .never)) : nil,
            model: model.kind == .bpe ? .bpe(bpe()) : .unigram(unigram()),
            decoder: .sequence([
                .replace(Replace(TextPattern(.string(space)), with: " ")), .byteFallback, .fuse,
                .strip(content: " ", start: 1, stop: 0),
            ]),
            addedTokens: model.pieces.indices.filter { model.types[$0] == .control || model.types[$0] == .unknown }
                .map { AddedToken(id: TokenID($0), content: model.pieces.text(of: $0)) },
            endOfText: endOfText.map { model.pieces.text(of: Int($0)) })
    }

    private func unigram() throws -> Unigram {
        try Unigram(
            model.pieces.indices.map { (model.pieces.text(of: $0), Double(model.scores[$0])) },
            unkID: roles.unknown.map(Int.init),
            byteFallback: model.hasByteFallback)
    }

    /// The pieces as merges: each pair of pieces that makes a piece, in the order of what they make.
    private func bpe() throws -> BPE {
        var options = BPE.Options()
        options.unkToken = roles.unknown.map { model.pieces.text(of: Int($0)) }
        (options.fuseUnk, options.byteFallback) = (true, model.hasByteFallback)
        var merges: [(left: String, right: String)] = []
        for id in roles.ordinary.sorted(by: { model.scores[$0] > model.scores[$1] }) {
            let piece = Array(String(decoding: model.pieces[id], as: UTF8.self).unicodeScalars)
            for place in piece.indices.dropFirst() {
                let (left, right) = (Self.text(piece[..<place]), Self.text(piece[place...]))
                if ordinary.id(of: left.utf8) != PieceIndex.missing, ordinary.id(of: right.utf8) != PieceIndex.missing {
                    merges.append((left, right))
                }
            }
        }
        let entries = model.pieces.indices.map { (model.pieces.text(of: $0), $0) }
        return try BPE(Vocabulary(entries), merges: merges, options: options)
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}

extension Tokenizer {
    /// `tokenizer.json` and `tokenizer_config.json`, also where the kind has a format of its own that `files()` gives.
    ///
    /// - Throws: `TokenizerError` where a tokenizer of that kind cannot be written so.
    package func huggingFaceFiles() throws -> [TokenizerFile] {
        try (self as? SentencePieceTokenizer)?.pipeline().files() ?? files()
    }
}
