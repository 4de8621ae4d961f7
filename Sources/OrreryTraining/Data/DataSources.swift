/// What a run reads: one path or several, in the order given; `demo` is the embedded text.
public struct DataSources: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    public var paths: [String]

    public init(_ paths: [String]) { self.paths = paths }
    public init(_ path: String) { paths = [path] }
    public init(stringLiteral path: String) { paths = [path] }

    /// What errors and headings call it.
    public var description: String { paths.joined(separator: ", ") }

    public var isDemo: Bool { paths == [TextSource.demo] }
}

/// One path is written as a text, as plans have always had it; several as a list.
extension DataSources: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let path = try? container.decode(String.self) {
            self.init(path)
        } else {
            self.init(try container.decode([String].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if paths.count == 1 { try container.encode(paths[0]) } else { try container.encode(paths) }
    }
}
