import OrreryFiles
import OrreryTemplates
import OrreryTokenizers

/// A model that takes part in conversations: the model, its chat template, and what ends an answer.
public struct ChatModel: Sendable {
    /// The language model.
    public let model: TextModel
    /// The chat template.
    public let template: ChatTemplate
    /// The tokens that end an answer, besides those that end any text.
    public let endTokens: Set<TokenID>
    /// The strings that end an answer, where the template marks turns with plain text.
    public let stopStrings: [String]
    /// The tokens that only the template may write: the special ones, and further added ones that stand in its source.
    private let controlTokens: [String]

    /// A model with a chat template.
    public init(_ model: TextModel, template: ChatTemplate) {
        (self.model, self.template) = (model, template)
        // White space may be an added token (Gemma's newlines), and is text all the same.
        controlTokens = model.tokenizer.addedTokens.filter { token in
            token.isSpecial || (template.source.contains(token.content) && !token.content.allSatisfy(\.isWhitespace))
        }.map(\.content)
        (endTokens, stopStrings) = Self.turnEnd(model, template)
    }

    /// The conditions that end an answer: those that end any text of the model, what ends a turn, and those given.
    package func stopConditions(maxTokens: Int? = nil, stopStrings: [String] = []) -> StopConditions {
        var stop = model.stopConditions(maxTokens: maxTokens, stopStrings: stopStrings + self.stopStrings)
        stop.endTokens.formUnion(endTokens)
        return stop
    }

    /// The tokens of a conversation, up to where the assistant's answer begins, as transformers' `apply_chat_template`
    /// gives them: no other special tokens are added.
    ///
    /// A special token that is spelled out in a message is read as the characters it is written with. Otherwise anyone
    /// who writes into a conversation (a web page that a tool fetched, say) could end a message and begin another in
    /// somebody else's name. The template's rendering says which bytes those are (`Template.Rendering.foreign`);
    /// everything else, in particular every conversation without such text, is encoded as one.
    ///
    /// - Parameters:
    ///   - messages: the conversation.
    ///   - options: the options of the template.
    /// - Throws: `TemplateError` if the template fails; `GenerationError` that names a character which cannot be
    ///   encoded.
    public func promptTokens(
        _ messages: [ChatMessage], options: ChatTemplate.Options = ChatTemplate.Options()
    ) throws -> [TokenID] {
        var options = options
        options.controlTokens = controlTokens
        return try Self.tokens(of: template.render(messages, options: options), model.tokenizer)
    }

    private static func tokens(of rendering: Template.Rendering, _ tokenizer: any Tokenizer) throws -> [TokenID] {
        let utf8 = Array(rendering.text.utf8)
        var (tokens, start) = ([TokenID](), 0)
        func encode(_ range: Range<Int>, asText: Bool) throws {
            guard !range.isEmpty else { return }
            let options = EncodingOptions(recognizesSpecialTokens: !asText, addsSpecialTokens: false)
            do {
                tokens += try utf8.withUnsafeBufferPointer {
                    try tokenizer.encode(UnsafeBufferPointer(rebasing: $0[range]), options: options)
                }
            } catch let error as TokenizerError { throw GenerationError.prompt(error) }
        }
        for foreign in rendering.foreign {
            try encode(start ..< foreign.lowerBound, asText: false)
            // In two parts, for an added token that is not special would be found even in plain text.
            let first =
                foreign.lowerBound + (1 ... 4).first {
                    foreign.lowerBound + $0 >= foreign.upperBound || utf8[foreign.lowerBound + $0] & 0xC0 != 0x80
                }!
            try encode(foreign.lowerBound ..< first, asText: true)
            try encode(first ..< foreign.upperBound, asText: true)
            start = foreign.upperBound
        }
        try encode(start ..< utf8.count, asText: false)
        return tokens
    }

    // MARK: The end of an answer

    /// What the template writes between an answer and the next question: a special token first, or plain text.
    private static func turnEnd(_ model: TextModel, _ template: ChatTemplate) -> (Set<TokenID>, [String]) {
        let (answer, question) = ("ANSWERANSWER", "QUESTIONQUESTION")
        var options = ChatTemplate.Options()
        options.addGenerationPrompt = false
        var tokens: Set<TokenID> = []
        if let end = template.specialTokens["eos_token"],
            let id = model.tokenizer.addedTokens.id(forContent: Array(end.utf8))
        {
            tokens.insert(id)
        }
        // A template that refuses even this says so when it is used.
        let messages = [
            ChatMessage(role: "user", "Hello"), ChatMessage(role: "assistant", answer),
            ChatMessage(role: "user", question),
        ]
        guard let text = try? template.render(messages, options: options).text, let found = text.firstRange(of: answer),
            let next = text[found.upperBound...].firstRange(of: question)
        else { return (tokens, []) }
        let between = String(text[found.upperBound ..< next.lowerBound])
        let special = model.tokenizer.addedTokens.filter { $0.isSpecial && between.contains($0.content) }
            .min {
                (between.firstRange(of: $0.content)?.lowerBound ?? between.endIndex, $1.content.count) < (
                    between.firstRange(of: $1.content)?.lowerBound ?? between.endIndex, $0.content.count
                )
            }
        if let special { return (tokens.union([special.id]), []) }
        return (tokens, between.allSatisfy(\.isWhitespace) ? [] : [between])
    }
}
