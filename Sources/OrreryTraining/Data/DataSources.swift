/// The data that a run reads: one path or several, in the order given; `demo` is the embedded text.
public struct DataSources: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The paths, in order.
    public var paths: [String]

    /// Data from several paths.
    public init(_ paths: [String]) { self.paths = paths }
    /// Data from one path.
    public init(_ path: String) { paths = [path] }
    /// Data from one path, written as a literal.
    public init(stringLiteral path: String) { paths = [path] }

    /// The paths, as errors and headings show them.
    public var description: String { paths.joined(separator: ", ") }

    /// Whether the data is the embedded text.
    public var isDemo: Bool { paths == [TextSource.demo] }
}

/// One path is written as a text, as plans have always had it; several as a list.
extension DataSources: Codable {
    /// Decodes a path or an array of paths.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let path = try? container.decode(String.self) {
            self.init(path)
        } else {
            self.init(try container.decode([String].self))
        }
    }

    /// Encodes one path as a string, and several as an array.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if paths.count == 1 { try container.encode(paths[0]) } else { try container.encode(paths) }
    }
}
