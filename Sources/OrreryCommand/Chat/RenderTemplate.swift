import ArgumentParser
import Foundation
import OrreryFiles
import OrreryTemplates

/// Shows what a chat template makes of a conversation.
struct RenderTemplate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Render a chat template: the text that a model reads for a conversation.",
        discussion: """
            The variables come from a JSON file: {"messages": [{"role": "user", "content": "Hi"}], "add_generation_prompt": true}, and whatever else the \
            template knows: tools, bos_token, enable_thinking.
            """)

    @Argument(help: "Template: a file in the Jinja of chat templates.")
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
        let source = String(decoding: try WholeFile.read(template, limit: 1 << 24), as: UTF8.self)
        let given = try variables.map {
            try JSONFields(
                $0 == "-"
                    ? JSONValue(parsing: PromptText.read("-"), file: "standard input") : JSONValue(contentsOf: $0),
                file: $0)
        }
        var values: [String: TemplateValue] = [:]
        for member in given?.object.members ?? [] { values[member.key] = TemplateValue(member.value) }
        try print(try Template(source, name: template).render(values).text, terminator: "")
    }

    private func answerCases() throws {
        while let line = readLine() {
            try print(JSONValue.object(try TemplateCases.answer(line)).text(.compact))
        }
    }
}
