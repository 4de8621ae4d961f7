/// BERT's own normalization: cleaning, spaces around Chinese characters, accents, lower case.
///
/// Source: Hugging Face tokenizers, `src/normalizers/bert.rs`.
package struct BertNormalizer: Sendable, Hashable {
    package var cleansText: Bool
    package var handlesChineseCharacters: Bool
    /// nil: if it lowercases.
    package var stripsAccents: Bool?
    package var lowercases: Bool

    package init(
        cleansText: Bool = true, handlesChineseCharacters: Bool = true, stripsAccents: Bool? = nil,
        lowercases: Bool = true
    ) {
        self.cleansText = cleansText
        self.handlesChineseCharacters = handlesChineseCharacters
        self.stripsAccents = stripsAccents
        self.lowercases = lowercases
    }

    func normalize(_ string: inout NormalizedString) {
        if cleansText { string.filterMap(Self.cleaned) }
        if handlesChineseCharacters { Self.separateChinese(&string) }
        if stripsAccents ?? lowercases {
            string.decompose(compatibly: false)
            string.remove(.nonspacingMark)
        }
        if lowercases { string.lowercase() }
    }

    @inline(__always)
    private static func cleaned(_ scalar: UInt32) -> UInt32? {
        if scalar > 0x20 && scalar < 0x7F { return scalar }
        if scalar == 0x09 || scalar == 0x0A || scalar == 0x0D { return 0x20 }
        let character = PipelineCharacter.of(scalar)
        if character.contains(.control) { return nil }
        return character.contains(.whitespace) ? 0x20 : scalar
    }

    private static func separateChinese(_ string: inout NormalizedString) {
        string.transform { transformation in
            while let (scalar, length) = transformation.next {
                guard scalar >= 0x3400, let character = Unicode.Scalar(scalar), BertCharacters.isChinese(character)
                else {
                    transformation.keep(length)
                    continue
                }
                transformation.replace(with: 0x20)
                transformation.insert(scalar)
                transformation.insert(0x20)
            }
        }
    }
}
