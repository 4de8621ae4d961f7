import OrreryFiles

/// What a `tokenizer.json` says besides its vocabulary, as it stood there: what a tokenizer of a kind of its own keeps,
/// so that nothing is lost when it is written again.
struct HuggingFaceParts: Sendable {
    /// The file's members but `model` and `added_tokens`.
    let members: JSONObject
    /// The model's members but `vocab` and `merges`.
    let modelMembers: JSONObject
    /// `tokenizer_config.json`, if there was one.
    let configuration: JSONObject?
    /// The added tokens that the model's vocabulary does not have.
    let addedOnly: Set<TokenID>

    init(root: JSONFields, model: JSONFields, addedTokens: AddedTokens, configuration: JSONObject?) {
        func without(_ names: Set<String>, _ object: JSONObject) -> JSONObject {
            var rest = JSONObject()
            for (name, value) in object.members where !names.contains(name) { rest[name] = value }
            return rest
        }
        members = without(["model", "added_tokens"], root.object)
        modelMembers = without(["vocab", "merges"], model.object)
        self.configuration = configuration
        let vocabulary = model.object["vocab"]
        addedOnly = Set(addedTokens.filter { vocabulary?[$0.content] == nil }.map(\.id))
    }

    func text(of member: String) -> String { (members[member] ?? .null).text() }

    /// The model's members but the vocabulary, as lines.
    var modelLines: [String] { modelMembers.members.map { "\(JSONValue($0.key).text()): \($0.value.text())" } }
}
