import ArgumentParser

/// The settings of a command from the command line, the environment and a file, in this order: what one gives, the next
/// cannot change.
///
/// The command's flags are the settings, so that there is one table of names, values and defaults, which ArgumentParser
/// keeps: what another place gives is put behind the words of the command line, and read as if it had been typed.
struct LayeredSettings: Sendable {
    /// A setting, and where its value comes from.
    struct Setting: Sendable {
        let name: String
        let values: [String]
        let source: SettingSource
        /// What holds where nothing is said, in words; nil for what has to be said.
        let standard: String?
    }

    /// The words that ArgumentParser reads.
    let words: [String]
    let settings: [Setting]

    /// The settings of the command that runs here.
    @TaskLocal static var current: LayeredSettings?

    /// The commands that have settings.
    private static let commands = ["serve"]
    /// What concerns the command line alone.
    private static let own: Set<String> = ["help", "version", "print-config", "json"]

    /// - Parameters:
    ///   - words: a command line that `CommandWords` has prepared.
    ///   - program: makes the table of all commands.
    /// - Throws: `ValidationError` or `FileError` that names the variable, or the key and the file.
    /// - Returns: nil for a command that has no settings.
    static func of(
        _ words: [String], _ program: @autoclosure () throws -> CommandTable, environment: [String: String]
    ) throws -> LayeredSettings? {
        guard let name = words.first, commands.contains(name), !words.contains(where: CommandWords.builtIn.contains),
            let table = try program().command(name)
        else { return nil }
        return try LayeredSettings(words, table, environment)
    }

    private init(_ words: [String], _ table: CommandTable, _ environment: [String: String]) throws {
        let options = table.options.map { (name: String($0.names[0].dropFirst(2)), option: $0) }
            .filter { $0.option.takesValue && !Self.own.contains($0.name) }
        let names = table.places.map(\.name) + options.map(\.name)
        let variables = try SettingsEnvironment(environment, command: table.name, names: names)
        let typed = Self.parted(words)
        let path = typed.values["config"]?.last ?? variables.values("config", isList: false)?.last
        let file = try path.map { try SettingsFile($0, names: names.filter { $0 != "config" }) }

        var added: [String] = [], settings: [Setting] = []
        func layer(_ name: String, _ typed: [String], isList: Bool, _ standard: String?) throws -> [String] {
            let (values, source): ([String], SettingSource) =
                if !typed.isEmpty {
                    (typed, .commandLine)
                } else if let values = variables.values(name, isList: isList) {
                    (values, .environment(variable: variables.variable(name)))
                } else if let file, let values = try file.values(name, isList: isList) {
                    (values, .file(path: file.path, key: file.key(name)))
                } else {
                    ([], .standard)
                }
            settings.append(Setting(name: name, values: values, source: source, standard: standard))
            return typed.isEmpty ? values : []
        }
        for place in table.places {
            added += try layer(place.name, typed.places, isList: place.isRepeating, nil)
        }
        for (name, option) in options {
            let values = try layer(name, typed.values[name] ?? [], isList: option.isRepeating, option.standard)
            added += values.flatMap { $0.isEmpty ? ["--\(name)", ""] : ["--\(name)=\($0)"] }
        }
        self.words = words.prefix(1) + added + words.dropFirst()
        self.settings = settings
    }

    /// The values of options by name, and what stands in places.
    private static func parted(_ words: [String]) -> (values: [String: [String]], places: [String]) {
        var values: [String: [String]] = [:], places: [String] = [], rest = words.dropFirst()
        while let word = rest.popFirst() {
            if word == "--" { return (values, places + rest) }
            guard word.hasPrefix("--") else {
                places.append(word)
                continue
            }
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 {
                values[parts[0], default: []].append(parts[1])
            } else if rest.first == "" {
                values[parts[0], default: []].append(rest.removeFirst())
            }
        }
        return (values, places)
    }

    /// An error's message with the variable or the key in place of the flag, where the value came from there.
    func named(_ message: String) -> String {
        for setting in settings {
            guard let place = setting.source.place, message.hasPrefix("--\(setting.name)"),
                let next = message.dropFirst(setting.name.count + 2).first, next == ":" || next == " "
            else { continue }
            return place + message.dropFirst(setting.name.count + 2)
        }
        return message
    }
}
