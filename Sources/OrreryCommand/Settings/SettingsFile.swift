import ArgumentParser
import OrreryFiles

/// Settings in a file: a JSON object whose keys are flags without their dashes, `cache-memory` or `cache_memory`.
struct SettingsFile {
    let path: String
    private var members: [String: (key: String, value: JSONValue)] = [:]

    /// - Parameter names: of all settings.
    /// - Throws: `FileError`, or `ValidationError` that names a key which is none of them.
    init(_ path: String, names: [String]) throws {
        self.path = path
        let json = try JSONFields(contentsOf: path)
        for (key, value) in json.object.members {
            let name = key.replacing("_", with: "-")
            guard names.contains(name) else {
                let advice =
                    NearestName.of(name, in: names).map { "did you mean \"\($0)\"?" }
                    ?? "expected one of \(names.joined(separator: ", "))"
                throw ValidationError("\(path): \"\(key)\" is not a setting; \(advice)")
            }
            if let before = members.updateValue((key, value), forKey: name) {
                throw ValidationError("\(path): \"\(before.key)\" and \"\(key)\" are one setting; expected it once")
            }
        }
    }

    /// The key of a setting, as it is spelled in the file.
    func key(_ name: String) -> String { members[name]?.key ?? name }

    /// The values of a setting; nil where its key is absent or null.
    ///
    /// - Throws: `ValidationError` for a value that no flag could have.
    func values(_ name: String, isList: Bool) throws -> [String]? {
        guard let (key, value) = members[name], value != .null else { return nil }
        if isList, case .array(let values) = value { return try values.map { try text($0, key, "texts or numbers") } }
        return [try text(value, key, isList ? "a text, or a list of them" : "a text, a number, true or false")]
    }

    private func text(_ value: JSONValue, _ key: String, _ expected: String) throws -> String {
        switch value {
        case .string(let text): text
        case .int, .double, .bool: value.text()
        default: throw ValidationError("\(path): \"\(key)\": expected \(expected), found \(value.text())")
        }
    }
}
