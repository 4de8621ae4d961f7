/// How the sequences of a run are made of documents, none of which sees another.
public enum DocumentMode: String, Codable, Sendable, CaseIterable {
    /// One behind another, cut where the context is full
    case packed
    /// Each by itself; one that is longer than the context gives several. What would fill a shorter one up weighs
    /// nothing, and is not computed.
    case padded
}
