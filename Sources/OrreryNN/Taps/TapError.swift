/// The error for a name that fits no point of a model.
public struct TapError: Error, CustomStringConvertible, Sendable, Hashable {
    /// The message: the name, and those of the nearest points.
    public let description: String

    static func unknown(_ name: String, nearest: [String], count: Int) -> TapError {
        let advice =
            nearest.isEmpty
            ? "the model has none" : "nearest are \(nearest.joined(separator: ", ")); tapPoints lists all \(count)"
        return TapError(description: "tap \"\(name)\": the model has no such point; \(advice)")
    }
}
