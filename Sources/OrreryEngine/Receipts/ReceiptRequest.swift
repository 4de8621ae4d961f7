import OrreryFiles
import OrreryGeneration
import OrreryNN
import OrreryTokenizers

extension Receipt {
    /// A prompt, how it was continued, and the hashes of the texts.
    public struct Request: Sendable, Hashable {
        /// A text by its hash.
        public struct Text: Sendable, Hashable {
            /// SHA-256 of its UTF-8, in hexadecimal.
            public var sha256: String
            /// The tokens that were chosen, an end token included.
            public var tokens: Int
            /// Why it ended.
            public var finishReason: FinishReason?

            /// The hash of a text.
            public init(_ text: String, tokens: Int, finishReason: FinishReason?) {
                var hash = SHA256()
                hash.add(Array(text.utf8))
                (sha256, self.tokens, self.finishReason) = (hash.hexadecimal, tokens, finishReason)
            }
        }

        /// The prompt, the choice of tokens and what ended the texts.
        public var options: GenerationOptions
        /// The number of texts.
        public var choices: Int
        /// What a full context does.
        public var overflow: EngineRequest.Overflow
        /// The texts.
        public var texts: [Text]

        /// What came of a request.
        public init(_ request: EngineRequest, texts: [Text]) {
            (options, choices, overflow) = (request.options, request.choices, request.overflow)
            self.texts = texts
        }

        /// The request again, as an engine takes it.
        public var request: EngineRequest { EngineRequest(options, choices: choices, overflow: overflow) }
    }
}

extension Receipt.Request {
    /// SHA-256 of the prompt's token ids, each as four bytes, the lowest first.
    private var promptHash: String {
        var hash = SHA256()
        hash.add(options.prompt.flatMap { id in withUnsafeBytes(of: id.littleEndian, Array.init) })
        return hash.hexadecimal
    }

    var json: JSONValue {
        let slides: JSONValue =
            switch overflow {
            case .end: .null
            case .slide(let sinks): JSONValue(sinks)
            }
        return [
            "prompt_ids": JSONValue(options.prompt.map(Int.init)), "prompt_sha256": JSONValue(promptHash),
            "sampling": .object(options.sampling.json), "choices": JSONValue(choices),
            "end_tokens": JSONValue(options.stop.endTokens.sorted().map(Int.init)),
            "max_tokens": JSONValue(options.stop.maxTokens), "stop": JSONValue(options.stop.stopStrings),
            "attention_sinks": slides,
            "texts": .array(
                texts.map {
                    [
                        "sha256": JSONValue($0.sha256), "tokens": JSONValue($0.tokens),
                        "finish_reason": JSONValue($0.finishReason?.rawValue),
                    ]
                }),
        ]
    }

    init(_ fields: JSONFields) throws {
        func ids(_ key: String) throws -> [TokenID] {
            try fields.ints(key).map {
                guard let id = TokenID(exactly: $0) else { throw fields.error(key, expected: "token ids") }
                return id
            }
        }
        options = GenerationOptions(
            prompt: try ids("prompt_ids"), sampling: try SamplingOptions(fields.fields("sampling")),
            stop: StopConditions(
                endTokens: Set(try ids("end_tokens")), maxTokens: try fields.intIfPresent("max_tokens", in: 1 ... .max),
                stopStrings: try fields.strings("stop")))
        choices = try fields.int("choices", in: 1 ... 1 << 16)
        overflow = try fields.intIfPresent("attention_sinks", in: 0 ... 1 << 20).map { .slide(sinks: $0) } ?? .end
        guard let found = try fields.objectsIfPresent("texts") else {
            throw fields.error("texts", expected: "an array of objects")
        }
        texts = try found.map(Text.init)
        guard try fields.string("prompt_sha256") == promptHash else {
            throw fields.error("prompt_sha256", expected: "\(promptHash), the hash of prompt_ids")
        }
    }
}

extension Receipt.Request.Text {
    fileprivate init(_ fields: JSONFields) throws {
        sha256 = try fields.string("sha256")
        tokens = try fields.int("tokens", in: 0 ... .max)
        finishReason =
            fields.has("finish_reason")
            ? try fields.value("finish_reason", FinishReason.init(rawValue:), "stop, length or cancelled") : nil
    }
}
