import Foundation
import OrreryFiles
import OrreryTemplates

/// Renders cases that come as lines of JSON, for scripts that compare with other interpreters.
enum TemplateCases {
    /// `{"template"}` with `"variables"`, or with `"messages"` and `apply_chat_template`'s other arguments.
    ///
    /// - Returns: `{"text"}`, or `{"error", "kind"}`.
    static func answer(_ line: String) throws -> JSONObject {
        let json = try JSONFields(
            JSONValue(parsing: line, file: "standard input", dialect: .python), file: "standard input")
        var answer = JSONObject()
        do {
            let rendering = try render(json)
            answer["text"] = JSONValue(rendering.text)
            answer["foreign"] = .array(rendering.foreign.map { JSONValue([$0.lowerBound, $0.upperBound]) })
        } catch let error as TemplateError {
            answer["error"] = JSONValue(error.message)
            answer["kind"] = JSONValue("\(error.kind)")
            answer["line"] = JSONValue(error.line)
        }
        return answer
    }

    private static func render(_ json: JSONFields) throws -> Template.Rendering {
        var variables: [String: TemplateValue] = [:]
        for member in try json.fieldsIfPresent("variables")?.object.members ?? [] {
            variables[member.key] = TemplateValue(member.value)
        }
        let source = try json.string("template")
        let date = try json.doubleIfPresent("now").map(Date.init(timeIntervalSince1970:)) ?? Date()
        guard let messages = try json.arrayIfPresent("messages") else {
            return try Template(source).render(
                variables, controlTokens: json.stringsIfPresent("control_tokens") ?? [], date: date)
        }
        var options = ChatTemplate.Options()
        options.addGenerationPrompt = try json.boolIfPresent("add_generation_prompt") ?? false
        options.continueFinalMessage = try json.boolIfPresent("continue_final_message") ?? false
        options.tools = try json.arrayIfPresent("tools")?.map(TemplateValue.init)
        options.documents = try json.arrayIfPresent("documents")?.map(TemplateValue.init)
        options.variables = variables
        options.date = date
        options.controlTokens = try json.stringsIfPresent("control_tokens") ?? []
        return try ChatTemplate(source).render(conversation: messages.map(TemplateValue.init), options: options)
    }
}
