/// A step that frames the tokens of a text, or of two, with special tokens; a `Sequence` has several.
///
/// Source: Hugging Face tokenizers, `src/processors`.
package indirect enum PostProcessor: Sendable, Equatable {
    case bertProcessing(BertProcessing)
    /// Leaves spaces out of the tokens' places.
    case byteLevel(ByteLevel)
    case robertaProcessing(RobertaProcessing)
    case sequence([PostProcessor])
    case templateProcessing(TemplateProcessing)

    /// How many tokens it adds.
    func addedTokens(isPair: Bool) -> Int {
        switch self {
        case .bertProcessing: isPair ? 3 : 2
        case .byteLevel: 0
        case .robertaProcessing: isPair ? 4 : 2
        case .sequence(let steps): steps.reduce(0) { $0 + $1.addedTokens(isPair: isPair) }
        case .templateProcessing(let template): template.addedTokens(isPair: isPair)
        }
    }

    /// What the texts become. Each element is one of tokenizers' encodings, which a later step of a sequence sees one
    /// by one.
    ///
    /// - Throws: `TokenizerError` where a step cannot take what the one before gives.
    func process(_ encodings: [[FramePart]], addsSpecialTokens: Bool) throws -> [[FramePart]] {
        switch self {
        case .bertProcessing(let bert):
            guard addsSpecialTokens else { return encodings }
            return encodings.enumerated().map { index, parts in
                index == 0 ? [bert.cls.part(0)] + parts + [bert.sep.part(0)] : parts + [bert.sep.part(1)]
            }
        case .byteLevel(let byteLevel):
            guard byteLevel.trimsOffsets else { return encodings }
            return encodings.map { FramePart.trimming($0, addsPrefixSpace: byteLevel.addsPrefixSpace) }
        case .robertaProcessing(let roberta):
            let trimmed = encodings.map { parts in
                (roberta.trimsOffsets ? FramePart.trimming(parts, addsPrefixSpace: roberta.addsPrefixSpace) : parts).map
                { $0.ofType(0) }
            }
            guard addsSpecialTokens else { return trimmed }
            return trimmed.enumerated().map {
                [(($0 == 0) ? roberta.cls : roberta.sep).part(0)] + $1 + [roberta.sep.part(0)]
            }
        case .sequence(let steps):
            return try steps.reduce(encodings) { try $1.process($0, addsSpecialTokens: addsSpecialTokens) }
        case .templateProcessing(let template):
            return try template.process(encodings, addsSpecialTokens: addsSpecialTokens)
        }
    }
}
