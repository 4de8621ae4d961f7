import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// Log-probabilities as the two forms of completion give them.
struct TokenLogProbabilities {
    let tokenizer: any Tokenizer

    /// A token of a text, with its place there, and what the model says of it; nil for the first of a prompt.
    struct Entry {
        var token: TokenID
        var found: LogProbabilities?
        var offset: Int
    }

    /// The characters that a token adds to a text from which special tokens are left out.
    func length(of token: TokenID) -> Int {
        tokenizer.addedTokens.contains { $0.id == token && $0.isSpecial } ? 0 : text(token).count
    }

    /// A token's own bytes.
    private func bytes(_ token: TokenID) -> [UInt8] { tokenizer.piece(for: token) ?? [] }
    private func text(_ token: TokenID) -> String { String(decoding: bytes(token), as: UTF8.self) }

    /// A number that JSON can hold: what can never be chosen is -9999, as OpenAI has it.
    private func number(_ value: Double) -> JSONValue { JSONValue(value.isFinite ? value : -9999) }

    /// A token of a chat's answer.
    func chat(_ found: LogProbabilities) -> JSONValue {
        func entry(_ entry: LogProbabilities.Entry) -> JSONObject {
            [
                "token": JSONValue(text(entry.token)), "logprob": number(entry.logProbability),
                "bytes": JSONValue(bytes(entry.token).map(Int.init)),
            ]
        }
        var json = entry(found.chosen)
        json["top_logprobs"] = .array(found.top.map { .object(entry($0)) })
        return .object(json)
    }

    /// The tokens of a text, with the place of each in it.
    func legacy(_ entries: [Entry]) -> JSONValue {
        [
            "tokens": .array(entries.map { JSONValue(text($0.token)) }),
            "token_logprobs": .array(entries.map { $0.found.map { number($0.chosen.logProbability) } ?? .null }),
            "top_logprobs": .array(entries.map { $0.found.map(top) ?? .null }),
            "text_offset": .array(entries.map { JSONValue($0.offset) }),
        ]
    }

    /// The most probable tokens by their texts, and the chosen one.
    private func top(_ found: LogProbabilities) -> JSONValue {
        var top = JSONObject()
        for entry in found.top + [found.chosen] {
            let name = text(entry.token)
            if top[name] == nil { top[name] = number(entry.logProbability) }
        }
        return .object(top)
    }
}
