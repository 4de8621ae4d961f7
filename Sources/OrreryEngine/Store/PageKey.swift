import OrreryFiles
import OrreryTokenizers

/// The name of a page in files: a hash of all tokens from the beginning of the sequence to the page's end.
struct PageKey: Hashable, Sendable {
    /// 64 hexadecimal digits.
    let text: String

    /// The names of a sequence's full pages, each of which follows from the one before it.
    ///
    /// - Parameters:
    ///   - known: the names of the first pages.
    ///   - domain: what else the pages depend on besides the tokens.
    static func keys(
        of tokens: ArraySlice<TokenID>, pageSize: Int, domain: Int, after known: [PageKey] = []
    ) -> [PageKey] {
        var keys = known
        while (keys.count + 1) * pageSize <= tokens.count {
            let first = tokens.startIndex + keys.count * pageSize
            var hash = SHA256()
            hash.add(Array((keys.last?.text ?? "").utf8))
            hash.add(domain)
            for token in tokens[first ..< first + pageSize] { hash.add(Int(token)) }
            keys.append(PageKey(text: hash.hexadecimal))
        }
        return keys
    }
}
