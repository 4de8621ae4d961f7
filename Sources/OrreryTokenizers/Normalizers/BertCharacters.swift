import Foundation

/// What BERT's tokenizers ask about a character. The one place from which this part takes Unicode data.
///
/// Categories are those of a fixed Unicode version: a character that is younger counts as unassigned, as it did in the tables of
/// the library that published the ids.
struct BertCharacters: Sendable {
    /// Unicode's major and minor version.
    let version: (major: Int, minor: Int)

    /// tokenizers takes categories from the crate `unicode_categories` 0.1.1.
    static let huggingFace = BertCharacters(version: (8, 0))
    /// llama.cpp's `src/unicode-data.cpp`.
    static let llamaCpp = BertCharacters(version: (15, 1))

    func category(of scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
        guard let age = scalar.properties.age, (age.major, age.minor) <= version else { return .unassigned }
        return scalar.properties.generalCategory
    }

    func isPunctuation(_ category: Unicode.GeneralCategory) -> Bool {
        switch category {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation: true
        default: false
        }
    }

    /// The ASCII characters that BERT takes for punctuation: all that are neither letters, digits nor spaces.
    static func isASCIIPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
        default: false
        }
    }

    /// The blocks of Chinese characters that BERT puts spaces around. The sixth starts at 2B920, a slip for 2B820 that the
    /// published vocabularies are used with.
    static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
            0xF900...0xFAFF, 0x2F800...0x2FA1F: true
        default: false
        }
    }

    /// The canonical decomposition of one character (Unicode standard, section 3.7).
    static func decomposition(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        // Nothing below U+00C0 decomposes.
        scalar.value < 0xC0 ? [scalar] : Array(String(Character(scalar)).decomposedStringWithCanonicalMapping.unicodeScalars)
    }
}
