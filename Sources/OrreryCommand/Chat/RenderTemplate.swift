import ArgumentParser
import Foundation
import OrreryFiles
import OrreryGeneration
import OrreryHub
import OrreryTemplates

/// Shows what a chat template makes of a conversation.
struct RenderTemplate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Render a chat template: the text that a model reads for a conversation.",
        discussion: """
            The variables come from a JSON file: {"messages": [{"role": "user", "content": "Hi"}], "add_generation_prompt": true}, and whatever else the \
            template knows: tools, bos_token, enable_thinking.
            """)

    @Argument(help: "Template: a file in the Jinja of chat templates, or a model that has one.")
    var template: String?

    @Option(help: "JSON file with the variables; - reads standard input. (default: none)")
    var variables: String?

    @Flag(
        help:
            "Read cases from standard input, a line of JSON each, and answer each with a line; for scripts/compare/compare_templates.py."
    )
    var cases = false

    func validate() throws {
        if cases == (template != nil) { throw ValidationError("expected either a template or --cases") }
    }

    func run() throws {
        if cases { return try answerCases() }
        guard let template else { return }
        let (source, name, tokens) = try source(of: Hub.localPath(of: template))
        let given = try variables.map {
            try JSONFields(
                $0 == "-"
                    ? JSONValue(parsing: PromptText.read("-"), file: "standard input") : JSONValue(contentsOf: $0),
                file: $0)
        }
        var values = tokens.mapValues(TemplateValue.string)
        for member in given?.object.members ?? [] { values[member.key] = TemplateValue(member.value) }
        try print(try Template(source, name: name).render(values).text, terminator: "")
    }

    /// The template of a file, or that of a model with the special tokens that it names.
    private func source(of path: String) throws -> (text: String, name: String, tokens: [String: String]) {
        guard FileStatus(path)?.kind == .directory || path.lowercased().hasSuffix(".gguf") else {
            return (String(decoding: try WholeFile.read(path, limit: 1 << 24), as: UTF8.self), path, [:])
        }
        let files = try ChatTemplateFiles(path: path)
        guard let found = files.template() else {
            throw InputError(
                "\(path): this model has no chat template; expected a file with one, or a model that has one")
        }
        return (found.source, found.origin, files.specialTokens)
    }

    private func answerCases() throws {
        while let line = readLine() {
            try print(JSONValue.object(try TemplateCases.answer(line)).text(.compact))
        }
    }
}
