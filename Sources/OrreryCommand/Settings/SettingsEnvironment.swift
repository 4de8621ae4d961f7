import ArgumentParser

/// Settings in the environment: ORRERY_SERVE_CACHE_MEMORY for --cache-memory of `orrery serve`.
struct SettingsEnvironment {
    private let prefix: String
    private let variables: [String: String]

    /// - Parameters:
    ///   - command: `serve`.
    ///   - names: of all settings: `cache-memory`.
    /// - Throws: `ValidationError` that names a variable of the command that is none of them.
    init(_ variables: [String: String], command: String, names: [String]) throws {
        prefix = "ORRERY_\(Self.spelled(command))_"
        self.variables = variables
        let known = names.map(variable)
        for name in variables.keys.sorted() where name.hasPrefix(prefix) && !known.contains(name) {
            let typed = String(name.dropFirst(prefix.count)).replacing("_", with: "-")
            let meant = NearestName.of(typed, in: names)
            let advice =
                meant.map { "did you mean \(variable($0))?" } ?? "orrery \(command) --help lists the flags"
            throw ValidationError("\(name) is not a setting of orrery \(command); \(advice)")
        }
    }

    private static func spelled(_ name: String) -> String { name.uppercased().replacing("-", with: "_") }

    /// The variable of a setting.
    func variable(_ name: String) -> String { prefix + Self.spelled(name) }

    /// The values of a setting; nil where its variable is absent or empty.
    ///
    /// - Parameter isList: whether commas part several values.
    func values(_ name: String, isList: Bool) -> [String]? {
        guard let text = variables[variable(name)], !text.isEmpty else { return nil }
        return isList ? text.split(separator: ",").map(String.init) : [text]
    }
}
