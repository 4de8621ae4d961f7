/// How BERT's tokenizers read a text one character at a time: what is dropped, what ends a word, what is a word of its
/// own.
///
/// Two libraries, two sets of rules; a vocabulary's file says which it is meant for.
enum BertRules: Sendable, Hashable {
    /// Hugging Face's BertNormalizer and BertPreTokenizer (tokenizers, `src/normalizers/bert.rs`,
    /// `src/pre_tokenizers/bert.rs`).
    case huggingFace(cleansText: Bool, separatesChinese: Bool, stripsAccents: Bool, lowercases: Bool)
    /// llama.cpp (`src/llama-vocab.cpp`, llm_tokenizer_wpm_session::preprocess).
    case llamaCpp(stripsAccents: Bool, lowercases: Bool)

    /// What one character comes to.
    enum Step: Equatable {
        /// The word ends.
        case gap
        /// Goes on with the word.
        case letter(Unicode.Scalar)
        /// A word of its own.
        case alone(Unicode.Scalar)
    }

    /// What the bytes of a damaged character are read as, and for how many of them at once.
    var readsDamageByteByByte: Bool { if case .llamaCpp = self { true } else { false } }

    /// The combining class by which what is left of a run of marks is put in order; 0 where nothing is sorted.
    ///
    /// Decomposing a text sorts marks (Unicode standard, section 3.11), and some of those that are not stripped have a
    /// class: as of the Unicode version that tokenizers' decomposition knows.
    func order(of scalar: Unicode.Scalar) -> UInt8 {
        guard case .huggingFace(_, _, true, _) = self else { return 0 }
        return NormalizationForms.combiningClass(scalar.value)
    }

    /// What `scalar` comes to: nothing, or the steps in order.
    func steps(of scalar: Unicode.Scalar) -> [Step] {
        switch self {
        case .huggingFace(let cleans, let chinese, let strips, let lowers):
            huggingFaceSteps(scalar, cleans, chinese, strips, lowers)
        case .llamaCpp(let strips, let lowers): llamaCppSteps(scalar, strips, lowers)
        }
    }

    private func huggingFaceSteps(
        _ scalar: Unicode.Scalar, _ cleansText: Bool, _ separatesChinese: Bool, _ stripsAccents: Bool,
        _ lowercases: Bool
    ) -> [Step] {
        let characters = BertCharacters.huggingFace
        if cleansText {
            switch scalar {
            case "\t", "\n", "\r": return [.gap]
            case "\u{0}", "\u{FFFD}": return []
            default: break
            }
            // Vertical tab, form feed and next line are controls before they are white space.
            switch characters.category(of: scalar) {
            case .control, .format, .privateUse, .surrogate: return []
            default: if scalar.properties.isWhitespace { return [.gap] }
            }
        }
        var scalars = [scalar]
        if stripsAccents {
            scalars = characters.decomposition(of: scalar).filter { characters.category(of: $0) != .nonspacingMark }
        }
        if lowercases { scalars = scalars.flatMap(characters.lowercase) }
        let steps = scalars.map { scalar -> Step in
            if scalar.properties.isWhitespace { return .gap }
            let isPunctuation =
                BertCharacters.isASCIIPunctuation(scalar)
                || characters.isPunctuation(characters.category(of: scalar))
            return isPunctuation ? .alone(scalar) : .letter(scalar)
        }
        return separatesChinese && BertCharacters.isChinese(scalar) ? [.gap] + steps + [.gap] : steps
    }

    private func llamaCppSteps(_ source: Unicode.Scalar, _ stripsAccents: Bool, _ lowercases: Bool) -> [Step] {
        let characters = BertCharacters.llamaCpp
        // Of a decomposition llama.cpp's table has the first character only.
        let scalar = stripsAccents ? characters.decomposition(of: source)[0] : source
        if scalar.properties.isWhitespace { return [.gap] }
        let category = characters.category(of: scalar)
        switch category {
        case .control, .format, .privateUse, .surrogate: return []
        case .nonspacingMark, .spacingMark, .enclosingMark: if stripsAccents { return [] }
        default: break
        }
        if scalar.value == 0 || scalar.value == 0xFFFD { return [] }
        let read = lowercases ? characters.lowercase(of: scalar)[0] : scalar
        let isAlone =
            characters.isPunctuation(category) || BertCharacters.isASCIIPunctuation(scalar)
            || BertCharacters.isChinese(scalar)
        return [isAlone ? .alone(read) : .letter(read)]
    }
}
