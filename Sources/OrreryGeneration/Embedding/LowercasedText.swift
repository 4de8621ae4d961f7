import OrreryTokenizers

/// A text in lower case, character by character as the tokenizers library does it. Added tokens that are looked for
/// before any normalizer stay as they are.
enum LowercasedText {
    static func of(_ text: String, except added: AddedTokens) -> String {
        let tokens = added.filter { !$0.normalized }.map { Array($0.content.unicodeScalars) }.sorted {
            $0.count > $1.count
        }
        let scalars = Array(text.unicodeScalars)
        var (result, place) = (String.UnicodeScalarView(), 0)
        while place < scalars.count {
            if let token = tokens.first(where: { scalars[place...].starts(with: $0) }) {
                result.append(contentsOf: token)
                place += token.count
            } else {
                result.append(contentsOf: scalars[place].properties.lowercaseMapping.unicodeScalars)
                place += 1
            }
        }
        return String(result)
    }
}
