import OrreryFiles

/// How the two kinds are written, so that transformers gives the same ids and the same text.
///
/// Characters are a WordLevel model behind a pre-tokenizer that cuts the text into single characters. Of the models in
/// the tokenizers library it is the one that refuses a character outside the vocabulary when there is no unknown token;
/// BPE without merges would drop it silently. `[\s\S]` is any character, a line break included, in every dialect of
/// regular expressions. The Fuse decoder joins without spaces. The added tokens stand in the vocabulary too: WordLevel
/// looks for the unknown token there, and tokenizers numbers added tokens that it does not find there anew, from the
/// vocabulary's size on.
///
/// Bytes are a BPE model without merges whose vocabulary is GPT-2's byte alphabet; `use_regex` false keeps the text in
/// one piece, `add_prefix_space` false keeps it as it is.
enum HuggingFaceForms {
    static let characterPreTokenizer =
        #"{"type": "Split", "pattern": {"Regex": "[\\s\\S]"}, "behavior": "Isolated", "invert": false}"#
    static let characterDecoder = #"{"type": "Fuse"}"#
    static let byteLevel =
        #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}"#

    /// What `unk_token` says when the vocabulary has none: WordLevel requires the member, and a token that it does not
    /// find makes an unknown character an error there too.
    static let noUnknown = "<unk>"
}

extension CharacterTokenizer {
    package func files() throws -> [TokenizerFile] {
        let unknownToken = unknown.flatMap(addedTokens.token(for:))
        return HuggingFaceWriter(
            preTokenizer: HuggingFaceForms.characterPreTokenizer,
            decoder: HuggingFaceForms.characterDecoder,
            modelHead: ["\"type\": \"WordLevel\""],
            vocabulary: characters.enumerated().map { (String($1), TokenID($0)) }
                + addedTokens.map { ($0.content, $0.id) },
            modelTail: ["\"unk_token\": \(JSONValue(unknownToken?.content ?? HuggingFaceForms.noUnknown).text())"],
            addedTokens: addedTokens, endOfText: endOfText, unknown: unknown
        ).files()
    }
}

extension ByteTokenizer {
    package func files() throws -> [TokenizerFile] {
        HuggingFaceWriter(
            preTokenizer: HuggingFaceForms.byteLevel,
            decoder: HuggingFaceForms.byteLevel,
            modelHead: [
                "\"type\": \"BPE\"", "\"dropout\": null", "\"unk_token\": null", "\"continuing_subword_prefix\": null",
                "\"end_of_word_suffix\": null", "\"fuse_unk\": false", "\"byte_fallback\": false",
                "\"ignore_merges\": false",
            ],
            vocabulary: ByteAlphabet.scalars.enumerated().map { (piece: String($1), id: TokenID($0)) },
            modelTail: ["\"merges\": []"],
            addedTokens: addedTokens, endOfText: endOfText, unknown: nil
        ).files()
    }
}
