/// References between schemas (RFC 3986, section 5).
enum URIReference {
    /// The URI without its fragment, and the fragment.
    static func split(_ uri: String) -> (uri: String, fragment: String?) {
        guard let mark = uri.firstIndex(of: "#") else { return (uri, nil) }
        return (String(uri[..<mark]), String(uri[uri.index(after: mark)...]))
    }

    /// `reference` as it reads from `base`.
    static func resolved(_ reference: String, against base: String) -> String {
        if reference.isEmpty { return base }
        if reference.hasPrefix("#") { return split(base).uri + reference }
        if scheme(of: reference) != nil { return reference }
        guard let scheme = scheme(of: base) else {
            return reference.hasPrefix("/") ? reference : directory(of: base) + reference
        }
        let afterScheme = base.dropFirst(scheme.count + 1)
        if reference.hasPrefix("//") { return "\(scheme):\(reference)" }
        guard afterScheme.hasPrefix("//") else { return reference }
        let rest = afterScheme.dropFirst(2)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let root = "\(scheme)://\(authority)"
        if reference.hasPrefix("/") { return root + reference }
        let path = split(String(rest.dropFirst(authority.count))).uri.prefix { $0 != "?" }
        return root + withoutDots((path.isEmpty ? "/" : directory(of: String(path))) + reference)
    }

    /// Escapes with a percent sign, read.
    static func unescaped(_ text: String) -> String {
        guard text.contains("%") else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func scheme(of uri: String) -> Substring? {
        guard let colon = uri.firstIndex(of: ":") else { return nil }
        let scheme = uri[..<colon]
        guard let first = scheme.first, first.isLetter,
            scheme.allSatisfy({ $0.isLetter || $0.isNumber || "+-.".contains($0) })
        else { return nil }
        return scheme
    }

    private static func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private static func withoutDots(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            switch part {
            case ".": continue
            case "..": if parts.count > 1 { parts.removeLast() }
            default: parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }
}
