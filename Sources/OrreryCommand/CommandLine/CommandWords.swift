import ArgumentParser
import OrreryClient
import OrreryFiles

/// The words of a command line, made ready for ArgumentParser: what it would misread or let pass is put right or named
/// here.
///
/// - A word that is not a command is named, with the nearest one, although a default command would take it.
/// - A negative number after an option is its value.
/// - An option that is given twice and can hold one value is an error.
/// - An option with the name of a place stands for what belongs in that place: `-m MODEL` for the first word.
struct CommandWords {
    private var command: CommandTable
    private var path: [String] = []
    private var places: [(name: String, value: String)] = []
    private var words: [Word] = []
    private var given: [String: String] = [:]

    private enum Word {
        /// An option, its value, or a terminator with what follows it.
        case option([String])
        case place(String)

        var isPlace: Bool { if case .place = self { true } else { false } }
    }

    /// What ArgumentParser itself answers, wherever it stands.
    static let builtIn: Set<String> = [
        "-h", "--help", "--help-hidden", "--version", "--experimental-dump-help", "--generate-completion-script",
    ]

    private init(_ command: CommandTable) { self.command = command }

    /// - Throws: `ValidationError` that says what is wrong and what was probably meant.
    static func prepared(_ arguments: [String], _ table: @autoclosure () throws -> CommandTable) throws -> [String] {
        guard let first = arguments.first else { return arguments }
        if first == "help" { try requireKnown(arguments.dropFirst(), try table()) }
        guard first != "help", !first.hasPrefix("---"), !arguments.contains(where: builtIn.contains) else {
            return arguments
        }
        var line = CommandWords(try table())
        let rest = try line.enterCommand(arguments)
        try line.read(rest)
        return line.path + (try line.arranged())
    }

    // MARK: The command

    /// - Parameter names: what stands after `help`.
    private static func requireKnown(_ names: ArraySlice<String>, _ table: CommandTable) throws {
        var line = CommandWords(table)
        for name in names where !name.hasPrefix("-") {
            guard let next = line.command.command(name) else { throw ValidationError(line.unknownCommand(name)) }
            line.command = next
            line.path.append(name)
        }
    }

    private func unknownCommand(_ word: String) -> String {
        "'\(word)' is not a command\(ofPath)\(Self.suggestion(NearestName.of(word, in: command.commands.map(\.name))) ?? "; orrery --help lists them")"
    }

    /// Goes down to the command that is named or the default one.
    private mutating func enterCommand(_ arguments: [String]) throws -> ArraySlice<String> {
        var rest = arguments[...]
        while let word = rest.first, let next = command.command(word) {
            command = next
            path.append(word)
            rest.removeFirst()
        }
        guard !command.commands.isEmpty else { return rest }
        let defaultCommand = command.defaultCommand.flatMap(command.command)
        if let word = rest.first, !word.hasPrefix("-") {
            let nearest = NearestName.of(word, in: command.commands.map(\.name))
            let isPlace = defaultCommand?.places.isEmpty == false && (nearest == nil || FileStatus(word) != nil)
            if !isPlace { throw ValidationError(unknownCommand(word)) }
        }
        if defaultCommand == nil {
            let whole = (["orrery"] + path).joined(separator: " ")
            throw ValidationError(
                "\(whole): expected \(command.commands.map(\.name).joined(separator: " or ")) after it; \(whole) --help says more"
            )
        }
        if let defaultCommand { command = defaultCommand }
        return rest
    }

    private var ofPath: String { path.isEmpty ? "" : " of orrery \(path.joined(separator: " "))" }

    private static func suggestion(_ name: String?) -> String? { name.map { "; did you mean '\($0)'?" } }

    // MARK: Its words

    private mutating func read(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let word = rest.popFirst() {
            if word == "--" {
                words.append(.option([word] + rest))
                return
            }
            guard word.hasPrefix("-"), word.count > 1 else {
                words.append(.place(word))
                continue
            }
            if Self.isNegativeNumber(word) {
                throw ValidationError(
                    "unexpected argument \(quoted(word)); a text that starts with - goes behind --, as in -- \(word)")
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = command.option(parts[0]) else { throw ValidationError(unknown(parts[0])) }
            guard option.takesValue else {
                words.append(.option([word]))
                continue
            }
            if parts.count == 2 {
                try add(option, word, parts[1])
            } else if option.takesRest {
                var values: [String] = []
                while let next = rest.first, !next.hasPrefix("-") || next == "-" { values.append(rest.removeFirst()) }
                words.append(.option([word] + values))
            } else if let next = rest.first, !next.hasPrefix("-") || next == "-" || Self.isNegativeNumber(next) {
                try add(option, word, rest.removeFirst())
            } else {
                let found = rest.first.map { "the flag \($0)" } ?? "nothing"
                throw ValidationError(
                    "\(word): expected a value after it, found \(found)\(rest.first == nil ? "" : "; a value that starts with - goes behind =, as in \(option.names[0])=-x")"
                )
            }
        }
    }

    private mutating func add(_ option: CommandTable.Option, _ word: String, _ value: String) throws {
        let name = option.names[0]
        if !option.isRepeating, let before = given.updateValue(value, forKey: name) {
            throw ValidationError("\(name) is given twice, as \(before) and as \(value); expected it once")
        }
        if command.places.contains(where: { "--" + $0.name == name }) {
            places.append((String(name.dropFirst(2)), value))
        } else {
            // The parser takes nothing behind = for no value at all.
            words.append(.option(value.isEmpty ? [name, value] : ["\(name)=\(value)"]))
        }
    }

    private func unknown(_ name: String) -> String {
        let known = command.options.flatMap(\.names).filter { $0.hasPrefix("--") } + ["--help"]
        let nearest = name.hasPrefix("--") ? NearestName.of(name, in: known) : known.first { $0 == "-" + name }
        let whole = (["orrery"] + path).joined(separator: " ")
        return
            "\(name) is not a flag of \(path.isEmpty ? "orrery quickstart, which runs where no command is named" : whole)\(Self.suggestion(nearest) ?? "; \(whole) --help lists them")"
    }

    /// What to say of a word that has no place: most often it is the text to continue.
    private func superfluous(_ words: [Word]) -> String {
        let extra =
            words.compactMap { if case .place(let value) = $0 { value } else { nil } }.dropFirst(command.places.count)
            .first ?? ""
        let whole = (["orrery"] + path).joined(separator: " ")
        if command.option("--prompt") != nil {
            return "unexpected argument \(quoted(extra)); did you mean -p \(quoted(extra))?"
        }
        if command.option("--data") != nil, command.places.isEmpty {
            return "unexpected argument \(quoted(extra)); did you mean --data \(quoted(extra))?"
        }
        if command.option("--decode") != nil, TokenIDText.looksLikeIDs(extra) {
            return
                "unexpected argument \(quoted(extra)); ids with spaces between them are one argument, in quotes: '1 2 3'"
        }
        return
            "unexpected argument \(quoted(extra)); \(whole) takes \(command.places.isEmpty ? "options only" : command.places.map { "<\($0.name)>" }.joined(separator: " "))"
    }

    private func quoted(_ word: String) -> String { "'\(FileError.oneLine(word, limit: 60))'" }

    private static func isNegativeNumber(_ word: String) -> Bool {
        word.hasPrefix("-") && Double(word) != nil && word.dropFirst().contains(where: \.isNumber)
    }

    // MARK: Places

    /// The model that is named besides a server's URL, for the one command that takes such.
    private var serverModel: String? {
        guard command.name == "chat", case .place(let first)? = words.first(where: \.isPlace),
            ChatServer.isAddress(first)
        else { return nil }
        return places.first { $0.name == "model" }?.value
    }

    /// The words with those in place that came as options.
    private func arranged() throws -> [String] {
        var words = words, places = places
        if let server = self.serverModel {
            // The place is the server's; which of its models is another question.
            places.removeAll { $0.name == "model" }
            words.insert(.option(["--model=\(server)"]), at: 0)
        }
        for (index, place) in command.places.enumerated() {
            guard let value = places.first(where: { $0.name == place.name })?.value else { continue }
            var seen = 0
            let target = words.firstIndex { word in
                guard case .place = word else { return false }
                defer { seen += 1 }
                return seen == index
            }
            let end =
                words.firstIndex { if case .option(let words) = $0 { words[0] == "--" } else { false } }
                ?? words.endIndex
            words.insert(.place(value), at: target ?? end)
        }
        let count = words.count { if case .place = $0 { true } else { false } }
        if let twice = places.first, count > command.places.count, !command.places.contains(where: \.isRepeating) {
            throw ValidationError(
                "--\(twice.name): expected it once, found it as an option and as the argument <\(twice.name)> too")
        }
        if count > command.places.count, !command.places.contains(where: \.isRepeating) {
            throw ValidationError(superfluous(words))
        }
        return words.flatMap { word in
            switch word {
            case .option(let words): words
            case .place(let value): [value]
            }
        }
    }
}
