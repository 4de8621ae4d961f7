/// How a schema is read.
public struct SchemaOptions: Sendable, Hashable {
    /// What `format` does.
    public enum Formats: String, Sendable, CaseIterable {
        /// Strings must be of the format; one that cannot be enforced is refused.
        case enforce
        /// Formats say something about strings and ask nothing of them, as the draft has it.
        case annotate
    }

    /// The version of the specification.
    public enum Draft: String, Sendable, CaseIterable {
        case draft7 = "7"
        case draft2020 = "2020-12"
    }

    /// What `format` does.
    public var formats: Formats
    /// The version of a schema whose `$schema` does not say.
    public var draft: Draft

    /// Options as servers use them: formats are enforced, schemas are of draft 2020-12.
    public init(formats: Formats = .enforce, draft: Draft = .draft2020) {
        self.formats = formats
        self.draft = draft
    }
}
