import Foundation
import OrreryFiles
import OrreryTemplates
import Testing

/// Templates of our own, rendered as Python's jinja2 renders them; scripts/goldens/make_template_goldens.py makes the table.
@Suite struct GoldenTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let number: Int
        let json: JSONFields
        let variables: JSONObject

        var testDescription: String { "\(number) \((try? json.string("name")) ?? "")" }
    }

    static let cases: [Case] = {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Goldens/templates.json"
        ).path
        guard let file = try? JSONFields(contentsOf: path), let variables = try? file.fields("variables").object,
            let cases = try? file.objectsIfPresent("cases")
        else { return [] }
        return cases.enumerated().map {
            Case(number: $0, json: $1, variables: (try? $1.fieldsIfPresent("variables")?.object) ?? variables)
        }
    }()

    @Test func areThere() { #expect(Self.cases.count > 400) }

    @Test(arguments: cases) func equal(_ golden: Case) throws {
        let source = try golden.json.string("template")
        let date = Date(timeIntervalSince1970: try golden.json.double("now"))
        do {
            let text = try render(golden, source, date)
            let expected = try golden.json.stringIfPresent("text")
            // Not by String's ==, for which "é" is "é" however it is spelled.
            #expect(
                expected.map { Array($0.utf8) } == Array(text.utf8),
                "\(source)\nexpected \(expected ?? "an error"), found \(text)")
        } catch let error as TemplateError {
            let expected = try golden.json.stringIfPresent("error")
            #expect(expected != nil, "\(source)\n\(error)")
            #expect((expected == "raised") == (error.kind == .raised), "\(source)\n\(error)")
            if error.kind == .raised { #expect(try error.message == golden.json.string("message")) }
        }
    }

    private func render(_ golden: Case, _ source: String, _ date: Date) throws -> String {
        var variables: [String: TemplateValue] = [:]
        for member in golden.variables.members { variables[member.key] = TemplateValue(golden: member.value) }
        guard let messages = try golden.json.arrayIfPresent("messages") else {
            return try Template(source).render(variables, date: date).text
        }
        var options = ChatTemplate.Options()
        options.addGenerationPrompt = try golden.json.bool("add_generation_prompt")
        options.continueFinalMessage = try golden.json.boolIfPresent("continue_final_message") ?? false
        options.tools = try golden.json.arrayIfPresent("tools")?.map(TemplateValue.init(golden:))
        (options.variables, options.date) = (variables, date)
        return try ChatTemplate(source).render(
            conversation: messages.map(TemplateValue.init(golden:)), options: options
        ).text
    }
}

extension TemplateValue {
    init(golden json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(Int(value))
        case .double(let value): self = .float(value)
        case .string(let text): self = .string(text)
        case .array(let items): self = .list(items.map(TemplateValue.init(golden:)))
        case .object(let object):
            self = .dictionary(object.members.map { Member($0.key, TemplateValue(golden: $0.value)) })
        }
    }
}
