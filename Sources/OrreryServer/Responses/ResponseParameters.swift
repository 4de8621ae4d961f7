import OrreryFiles

/// The parameters of a response that are not about its tokens: what is kept, told and refused.
struct ResponseParameters: Sendable {
    var stores: Bool
    var truncates: Bool
    /// The number of alternatives to tell for each token; nil tells none.
    var logProbabilities: Int?
    var metadata: JSONValue
    /// The members that come back in the response as they were given.
    var echoed: JSONObject
    /// What is known and has no effect here.
    var warnings: [String] = []

    private static let includes: Set<String> = [
        "web_search_call.action.sources", "code_interpreter_call.outputs", "computer_call_output.output.image_url",
        "file_search_call.results", "message.input_image.image_url", "message.output_text.logprobs",
        "reasoning.encrypted_content",
    ]

    /// - Throws: `APIError` that names a parameter which cannot be honoured.
    init(_ fields: RequestFields) throws {
        stores = try fields.bool("store") ?? true
        truncates = try Self.truncates(fields)
        metadata = try Metadata.read(fields) ?? [:]
        let included = try Self.included(fields)
        let top = try fields.int("top_logprobs", in: 0 ... 20)
        let wantsProbabilities = included.contains("message.output_text.logprobs")
        if top ?? 0 > 0, !wantsProbabilities {
            throw APIError.invalid(
                "top_logprobs",
                "top_logprobs is given without include; expected [\"message.output_text.logprobs\"] there")
        }
        logProbabilities = wantsProbabilities ? top ?? 0 : nil
        echoed = [:]
        try Self.refuse(fields)
        try readTools(fields)
        try readText(fields)
        try readReasoning(fields)
        try readEchoed(fields)
        if included.contains("reasoning.encrypted_content") {
            warnings.append(
                "include: what a model thinks is part of its text here, and reasoning.encrypted_content is empty")
        }
    }

    private static func truncates(_ fields: RequestFields) throws -> Bool {
        let truncation = try fields.string("truncation") ?? "disabled"
        guard ["auto", "disabled"].contains(truncation) else { throw fields.wrong("truncation", "auto or disabled") }
        return truncation == "auto"
    }

    private static func included(_ fields: RequestFields) throws -> Set<String> {
        let included = try fields.strings("include") ?? []
        if let index = included.firstIndex(where: { !includes.contains($0) }) {
            throw APIError.value(
                "include[\(index)]", JSONValue(included[index]),
                expected: "one of \(includes.sorted().joined(separator: ", "))")
        }
        return Set(included)
    }

    /// What is known and cannot be done.
    private static func refuse(_ fields: RequestFields) throws {
        if try fields.bool("background") == true {
            throw APIError.unsupported("background", "responses are made while the client waits, or reads a stream")
        }
        if fields.value("prompt") != nil {
            throw APIError.unsupported("prompt", "no prompts are stored here; expected instructions and input")
        }
        if fields.value("context_management") != nil {
            throw APIError.unsupported("context_management", "expected truncation, auto or disabled")
        }
        if fields.value("moderation") != nil {
            throw APIError.unsupported("moderation", "texts are not judged here")
        }
        if let n = try fields.int("n"), n != 1 { throw APIError.unsupported("n", "a response has one answer") }
    }

    /// Tools that the caller runs are refused; those of OpenAI's own machines are skipped by name.
    private mutating func readTools(_ fields: RequestFields) throws {
        for (index, tool) in (try fields.array("tools") ?? []).enumerated() {
            let tool = try RequestFields(tool, path: "tools[\(index)]")
            guard let type = try tool.string("type") else { throw tool.missing("type", "a string") }
            if ["function", "custom"].contains(type) {
                throw APIError.unsupported("tools", "models here are not given tools")
            }
            warnings.append("tools[\(index)]: \(type) is not there and was skipped")
        }
        switch fields.value("tool_choice") {
        case nil, .string("auto"), .string("none"): break
        default: throw APIError.unsupported("tool_choice", "models here are not given tools; expected auto or none")
        }
        echoed["tool_choice"] = fields.value("tool_choice") ?? "auto"
        echoed["tools"] = []
        echoed["parallel_tool_calls"] = JSONValue(try fields.bool("parallel_tool_calls") ?? true)
        echoed["max_tool_calls"] = JSONValue(try fields.int("max_tool_calls", in: 0 ... .max))
    }

    private mutating func readText(_ fields: RequestFields) throws {
        let text = try fields.object("text")
        if let format = try text?.object("format"), let type = try format.string("type"), type != "text" {
            throw APIError.unsupported("text.format", "found the type \(type); expected text")
        }
        if let verbosity = try text?.string("verbosity") {
            guard ["low", "medium", "high"].contains(verbosity) else {
                throw APIError.value("text.verbosity", JSONValue(verbosity), expected: "low, medium or high")
            }
            warnings.append("text.verbosity has no effect here")
        }
        echoed["text"] = ["format": ["type": "text"]]
    }

    private mutating func readReasoning(_ fields: RequestFields) throws {
        if let reasoning = try fields.object("reasoning") {
            for key in ["mode", "effort", "summary", "context", "generate_summary"] {
                if try reasoning.string(key) != nil { warnings.append("reasoning.\(key) has no effect here") }
            }
            warnings += reasoning.unread.map { "reasoning.\($0) is not known here and was ignored" }
        }
        echoed["reasoning"] = ["effort": .null, "summary": .null]
    }

    private mutating func readEchoed(_ fields: RequestFields) throws {
        for key in ["user", "safety_identifier", "prompt_cache_key"] { echoed[key] = JSONValue(try fields.string(key)) }
        for key in ["prompt_cache_retention", "service_tier"] where try fields.string(key) != nil {
            warnings.append("\(key) has no effect here")
        }
        if try fields.object("prompt_cache_options") != nil {
            warnings.append("prompt_cache_options has no effect here")
        }
        if let personality = try fields.string("personality") {
            warnings.append("personality: \(personality) has no effect here")
        }
        if try fields.object("stream_options")?.bool("include_obfuscation") == true {
            warnings.append("stream_options.include_obfuscation has no effect here")
        }
    }
}
