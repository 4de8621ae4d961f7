import Foundation

/// What BERT's tokenizers ask about a character. The one place from which this part takes Unicode data.
///
/// Each library has tables of its own Unicode version: a character that is younger counts as unassigned there. Since a
/// character's properties are hardly ever changed, its age and today's properties give the old ones, but for the few
/// that are listed.
struct BertCharacters: Sendable {
    typealias Version = (major: Int, minor: Int)

    private let categories: Version
    /// Characters whose category has changed since.
    private let changed: [UInt32: Unicode.GeneralCategory]
    private let decompositions: Version
    private let lowercaseMappings: Version

    /// tokenizers: categories from the crate `unicode_categories` 0.1.1, decompositions from
    /// `unicode-normalization-alignments` 0.1.12, lower case from Rust's library. Found by asking tokenizers 0.23 about
    /// every code point.
    static let huggingFace = BertCharacters(
        categories: (8, 0),
        changed: [
            0x166D: .otherPunctuation, 0x1734: .nonspacingMark, 0x1885: .otherLetter, 0x1886: .otherLetter,
            0xA9BD: .spacingMark,
            0x111C9: .otherPunctuation, 0x1171E: .nonspacingMark,
        ],
        decompositions: (12, 1), lowercaseMappings: (17, 0))

    /// llama.cpp's `src/unicode-data.cpp`.
    static let llamaCpp = BertCharacters(
        categories: (15, 1), changed: [:], decompositions: (15, 1), lowercaseMappings: (15, 1))

    func category(of scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
        guard Self.isAssigned(scalar, in: categories) else { return .unassigned }
        return changed[scalar.value] ?? scalar.properties.generalCategory
    }

    private static func isAssigned(_ scalar: Unicode.Scalar, in version: Version) -> Bool {
        guard let age = scalar.properties.age else { return false }
        return (age.major, age.minor) <= version
    }

    func isPunctuation(_ category: Unicode.GeneralCategory) -> Bool {
        switch category {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation,
            .otherPunctuation:
            true
        default: false
        }
    }

    /// The ASCII characters that BERT takes for punctuation: all that are neither letters, digits nor spaces.
    static func isASCIIPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21 ... 0x2F, 0x3A ... 0x40, 0x5B ... 0x60, 0x7B ... 0x7E: true
        default: false
        }
    }

    /// The blocks of Chinese characters that BERT puts spaces around. The sixth starts at 2B920, a slip for 2B820 that
    /// the published vocabularies are used with.
    static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00 ... 0x9FFF, 0x3400 ... 0x4DBF, 0x20000 ... 0x2A6DF, 0x2A700 ... 0x2B73F, 0x2B740 ... 0x2B81F,
            0x2B920 ... 0x2CEAF,
            0xF900 ... 0xFAFF, 0x2F800 ... 0x2FA1F:
            true
        default: false
        }
    }

    /// The canonical decomposition of one character (Unicode standard, section 3.7).
    func decomposition(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        // Nothing below U+00C0 decomposes.
        guard scalar.value >= 0xC0, Self.isAssigned(scalar, in: decompositions) else { return [scalar] }
        return Array(String(Character(scalar)).decomposedStringWithCanonicalMapping.unicodeScalars)
    }

    /// The lower case of one character, which may be several.
    func lowercase(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        Self.isAssigned(scalar, in: lowercaseMappings)
            ? Array(scalar.properties.lowercaseMapping.unicodeScalars) : [scalar]
    }
}
