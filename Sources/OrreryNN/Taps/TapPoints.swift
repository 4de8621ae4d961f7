/// The points of a model's forward pass, roughly in the order in which the pass comes to them.
public struct TapPoints: Sendable, RandomAccessCollection {
    /// A point of the model and the shape of its tensor.
    public struct Element: Sendable, Hashable, CustomStringConvertible {
        /// The place of the point.
        public let site: TapSite
        /// The meaning of each dimension of the tensor.
        public let dimensions: [TapDimension]

        /// The name of the point, e.g. `blocks.0.attn.hook_q`.
        public var name: String { site.name }
        /// The name and the shape, e.g. `blocks.0.attn.hook_q [N, H, d]`.
        public var description: String { "\(name) [\(dimensions.map(\.rawValue).joined(separator: ", "))]" }
    }

    private let elements: [Element]
    private let sites: [String: TapSite]

    package init(_ elements: [Element]) {
        self.elements = elements
        sites = Dictionary(elements.map { ($0.name, $0.site) }) { first, _ in first }
    }

    /// The index of the first point.
    public var startIndex: Int { 0 }
    /// The index after the last point.
    public var endIndex: Int { elements.count }
    /// The point at an index.
    public subscript(position: Int) -> Element { elements[position] }

    /// Whether the model has a point with this name.
    public func contains(_ name: String) -> Bool { sites[name] != nil }

    /// The place of the point with this name.
    ///
    /// - Throws: `TapError`, which gives the nearest names, if the model has no such point.
    public func site(named name: String) throws -> TapSite {
        guard let site = sites[name] else { throw TapError.unknown(name, nearest: nearest(name), count: count) }
        return site
    }

    /// The places of all points that fit a name in which `*` stands for a layer.
    ///
    /// - Throws: `TapError`, which gives the nearest names, if there are none.
    public func sites(named pattern: String) throws -> [TapSite] {
        guard pattern.contains("*") else { return [try site(named: pattern)] }
        let parts = pattern.split(separator: ".", omittingEmptySubsequences: false)
        let found = elements.filter { element in
            let own = element.name.split(separator: ".")
            return own.count == parts.count && zip(own, parts).allSatisfy { $1 == "*" && Int($0) != nil || $0 == $1 }
        }
        guard !found.isEmpty else { throw TapError.unknown(pattern, nearest: nearest(pattern), count: count) }
        return found.map(\.site)
    }

    /// The three names that differ least.
    private func nearest(_ name: String) -> [String] {
        let wanted = name.utf8.prefix(200)
        let distances = elements.map { (name: $0.name, distance: editDistance(wanted, $0.name.utf8)) }
        return distances.enumerated().sorted { ($0.1.distance, $0.0) < ($1.1.distance, $1.0) }.prefix(3).map(\.1.name)
    }
}

extension TapPoints {
    /// - Parameters:
    ///   - before: points that the stack has once, before its layers; `after` those after them.
    package init(_ stack: TapStack, before: [TapShape], layers: [[TapShape]], after: [TapShape]) {
        func element(_ shape: TapShape, _ layer: Int?) -> Element {
            Element(site: TapSite(shape.point, layer: layer, in: stack), dimensions: shape.dimensions)
        }
        self.init(
            before.map { element($0, nil) }
                + layers.enumerated().flatMap { layer, shapes in shapes.map { element($0, layer) } }
                + after.map { element($0, nil) })
    }

    package static func + (one: TapPoints, other: TapPoints) -> TapPoints { TapPoints(one.elements + other.elements) }
}
