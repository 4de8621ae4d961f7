/// The way in which the sequences of a run are made of documents, none of which sees another.
public enum DocumentMode: String, Codable, Sendable, CaseIterable {
    /// Documents one after another, cut where the context is full.
    case packed
    /// A sequence for each document; one that is longer than the context gives several. The padding of a shorter one
    /// has no weight, and is not computed.
    case padded
}
