/// A file read as text that seems to be written for programs: a model would learn its syntax.
enum RawSyntax: String, Sendable {
    case jsonLines =
        "JSON records: it is read as it stands, braces and field names too; `field` NAME reads one field of a file that ends in .jsonl"
    case html = "HTML: it is read as it stands, tags too; take the text out of it first"
    case svg = "an SVG picture: it is read as it stands, as text"
    case xml = "XML: it is read as it stands, tags too; take the text out of it first"

    /// What the first bytes tell; nil where they look like text.
    init?(_ bytes: [UInt8]) {
        let head = bytes.prefix(1024).drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard let first = head.first,
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == UInt8(ascii: "<")
        else { return nil }
        let text = String(decoding: head, as: UTF8.self).lowercased()
        switch true {
        // A brace, a name in quotes, a colon.
        case text.prefixMatch(of: /\[?\s*\{\s*"[^"\n]*"\s*:/) != nil: self = .jsonLines
        case text.hasPrefix("<!doctype html"), text.hasPrefix("<html"): self = .html
        case text.hasPrefix("<svg"), text.hasPrefix("<!doctype svg"), text.hasPrefix("<?xml") && text.contains("<svg"):
            self = .svg
        case text.hasPrefix("<?xml"): self = .xml
        default: return nil
        }
    }
}
