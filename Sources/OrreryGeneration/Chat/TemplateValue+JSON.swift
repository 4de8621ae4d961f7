import OrreryFiles
import OrreryTemplates

extension TemplateValue {
    package init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(Int(value))
        case .double(let value): self = .float(value)
        case .string(let text): self = .string(text)
        case .array(let items): self = .list(items.map(TemplateValue.init))
        case .object(let object): self = .dictionary(object.members.map { Member($0.key, TemplateValue($0.value)) })
        }
    }
}
