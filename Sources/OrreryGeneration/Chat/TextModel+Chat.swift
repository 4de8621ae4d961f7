import OrreryFiles
import OrreryTemplates

extension TextModel {
    /// A conversation with this model, in the words of its chat template.
    ///
    /// - Parameters:
    ///   - system: what the model is told before the conversation; nil leaves it to the template.
    ///   - template: one of the model's templates by name, `chatml`, `plain`, or a file; nil means the model's own.
    ///   - options: the options of every answer; nil means the model's defaults.
    /// - Throws: `ChatError` if the model has no such template; `TemplateError` if the template is not valid.
    public func chat(
        system: String? = nil, template: String? = nil, options: ChatSession.Options? = nil
    ) throws -> ChatSession {
        guard let chat = try chatModel(template: template) else { throw ChatError.noTemplate(name) }
        return ChatSession(self, chat, system: system, options: options ?? ChatSession.Options(for: self))
    }

    /// This model as a part of conversations; nil if it has no chat template and none is named.
    ///
    /// - Parameter named: one of the model's templates by name, `chatml`, `plain`, or a file; nil means the model's
    ///   own.
    /// - Throws: `ChatError` if the model has no such template; `TemplateError` if the template is not valid.
    public func chatModel(template named: String? = nil) throws -> ChatModel? {
        let files = try path.map(ChatTemplateFiles.init(path:)) ?? ChatTemplateFiles()
        guard let (source, origin) = try source(named, files) else { return nil }
        return ChatModel(self, template: try ChatTemplate(source, name: origin, specialTokens: files.specialTokens))
    }

    private func source(_ named: String?, _ files: ChatTemplateFiles) throws -> (source: String, origin: String)? {
        let names = files.templates.map(\.name)
        guard let named else {
            if let found = files.template() { return (found.source, found.origin) }
            if !names.isEmpty { throw ChatError.severalTemplates(name, names) }
            return nil
        }
        if let found = files.template(named: named) { return (found.source, found.origin) }
        if let source = BuiltInTemplates.named[named] { return (source, named) }
        guard FileStatus(named) != nil else {
            throw ChatError.unknownTemplate(
                named, name, known: Set(names).union(BuiltInTemplates.named.keys).sorted())
        }
        return (String(decoding: try WholeFile.read(named, limit: 1 << 22), as: UTF8.self), named)
    }
}
