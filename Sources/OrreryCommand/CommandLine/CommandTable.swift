import ArgumentParser
import OrreryFiles

/// A command's names, options and places, as ArgumentParser describes them.
struct CommandTable {
    struct Option {
        /// With their dashes, the preferred one first.
        let names: [String]
        let takesValue: Bool
        /// Whether it may be given several times.
        let isRepeating: Bool
        /// Whether it takes all words up to the next option.
        let takesRest: Bool
        /// The value that holds where it is not given, or words for it; nil where nothing holds.
        let standard: String?
    }

    struct Place {
        let name: String
        let isRepeating: Bool
    }

    let name: String
    let commands: [CommandTable]
    /// The subcommand that runs where none is named.
    let defaultCommand: String?
    let options: [Option]
    let places: [Place]

    /// The whole program's.
    static func ofProgram() throws -> CommandTable {
        let json = try JSONFields(
            JSONValue(parsing: Orrery._dumpHelp(), file: "the description of the commands"),
            file: "the description of the commands")
        return try CommandTable(json.fields("command"))
    }

    init(_ json: JSONFields) throws {
        name = try json.string("commandName")
        commands = try (json.objectsIfPresent("subcommands") ?? []).map(CommandTable.init)
        defaultCommand = try json.stringIfPresent("defaultSubcommand")
        let arguments = try json.objectsIfPresent("arguments") ?? []
        places = try arguments.filter { try $0.string("kind") == "positional" }.map {
            Place(name: try $0.string("valueName"), isRepeating: try $0.bool("isRepeating"))
        }
        options = try arguments.filter { try $0.string("kind") != "positional" }.map { json in
            func spelled(_ name: JSONFields) throws -> String {
                (try name.string("kind") == "short" ? "-" : "--") + (try name.string("name"))
            }
            let preferred = try spelled(json.fields("preferredName"))
            let names = try (json.objectsIfPresent("names") ?? []).map(spelled).filter { $0 != preferred }
            return Option(
                names: [preferred] + names, takesValue: try json.string("kind") == "option",
                isRepeating: try json.bool("isRepeating"),
                takesRest: try json.stringIfPresent("parsingStrategy") == "upToNextOption",
                standard: try json.stringIfPresent("defaultValue")
                    ?? json.stringIfPresent("abstract").flatMap { $0.firstMatch(of: /\(default: (.*)\)/) }
                    .map { String($0.1) })
        }
    }

    /// The flags of this command and of those under it.
    var flags: Set<String> {
        commands.reduce(into: Set(options.flatMap(\.names))) { $0.formUnion($1.flags) }
    }

    func command(_ name: String) -> CommandTable? { commands.first { $0.name == name } }
    func option(_ name: String) -> Option? { options.first { $0.names.contains(name) } }
}
