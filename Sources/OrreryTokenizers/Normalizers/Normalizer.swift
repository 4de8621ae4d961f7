/// A step that rewrites a text before it is cut; a `Sequence` has several.
///
/// Source: Hugging Face tokenizers, `src/normalizers`.
package indirect enum Normalizer: Sendable {
    case bertNormalizer(BertNormalizer)
    case nfc, nfd, nfkc, nfkd
    case lowercase
    /// White space at the start and at the end.
    case strip(left: Bool, right: Bool)
    /// Combining marks, of which a text in NFD has its accents.
    case stripAccents
    case replace(Replace)
    /// Put before a text that is not empty.
    case prepend(String)
    case precompiled(Precompiled)
    /// Every byte becomes a character of GPT-2's alphabet.
    case byteLevel
    /// Controls and odd spaces, as sentencepiece's `nmt` rules treat them.
    case nmt
    case sequence([Normalizer])

    /// - Throws: `TokenizerError` where a regular expression runs out of bounds.
    func normalize(_ string: inout NormalizedString) throws {
        switch self {
        case .bertNormalizer(let bert): bert.normalize(&string)
        case .nfc: string.compose(compatibly: false)
        case .nfd: string.decompose(compatibly: false)
        case .nfkc: string.compose(compatibly: true)
        case .nfkd: string.decompose(compatibly: true)
        case .lowercase: string.lowercase()
        case .strip(let left, let right): string.strip(left: left, right: right)
        case .stripAccents: string.remove(.mark)
        case .replace(let replace): try replace.normalize(&string)
        case .prepend(let text): string.prepend(Array(text.utf8))
        case .precompiled(let precompiled): precompiled.normalize(&string)
        case .byteLevel: string.spellBytes()
        case .nmt: string.filterMap(Nmt.replacement)
        case .sequence(let steps): for step in steps { try step.normalize(&string) }
        }
    }
}

/// The characters that sentencepiece's `nmt` rules drop or read as a space.
///
/// Source: Hugging Face tokenizers, `src/normalizers/unicode.rs`, do_nmt.
enum Nmt {
    static func replacement(_ scalar: UInt32) -> UInt32? {
        switch scalar {
        case 0x01 ... 0x08, 0x0B, 0x0E ... 0x1F, 0x7F, 0x8F, 0x9F: nil
        case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B ... 0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: 0x20
        default: scalar
        }
    }
}
