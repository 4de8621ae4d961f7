import Foundation
import OrreryFiles
import OrreryTerminal
import OrreryTokenizers

/// What tokens are measured against.
struct TokenMeasures {
    var context: Int?
    var pricePerMillion: Double?
}

/// How many tokens a text has, and what that means.
struct TokenStatistics {
    private(set) var tokens = 0
    let bytes: Int
    let characters: Int
    /// Stretches between white space.
    let words: Int
    private(set) var distinct = 0
    let vocabulary: Int

    private var seen: [Bool]

    /// Of the tokens to be added.
    init(of job: TokenizeJob) {
        bytes = job.text.count
        (characters, words) = Self.count(job.text)
        vocabulary = job.tokenizer.vocabularySize
        seen = [Bool](repeating: false, count: vocabulary)
    }

    /// Of all tokens of the text.
    init(_ job: TokenizeJob) throws {
        self.init(of: job)
        try job.forEachPart { add($0.ids) }
    }

    mutating func add(_ ids: [TokenID]) {
        tokens += ids.count
        for id in ids where seen.indices.contains(Int(id)) && !seen[Int(id)] {
            seen[Int(id)] = true
            distinct += 1
        }
    }

    var tokensPerWord: Double? { words > 0 ? Double(tokens) / Double(words) : nil }
    var bytesPerToken: Double? { tokens > 0 ? Double(bytes) / Double(tokens) : nil }
    func share(of context: Int) -> Double { Double(tokens) / Double(context) }
    func cost(at pricePerMillion: Double) -> Double { Double(tokens) / 1e6 * pricePerMillion }

    /// Characters are bytes that do not continue one; words are told by ASCII white space.
    private static func count(_ text: UnsafeBufferPointer<UInt8>) -> (characters: Int, words: Int) {
        var (characters, words, isBlank) = (0, 0, true)
        for byte in text {
            if byte & 0xC0 != 0x80 { characters += 1 }
            let blank = byte == 0x20 || (0x09 ... 0x0D).contains(byte)
            if isBlank && !blank { words += 1 }
            isBlank = blank
        }
        return (characters, words)
    }

    func show(_ measures: TokenMeasures) throws {
        var table = Table([.init("", style: .dim), .init("", .right)])
        func add(_ name: String, _ value: String?) { if let value { table.add(name, value) } }
        func number(_ value: Double?) -> String? { value.map { Human.fixed($0, decimals: 3) } }
        add("tokens", Human.exact(tokens))
        add("distinct tokens", "\(Human.exact(distinct)) of \(Human.exact(vocabulary))")
        add("bytes", Human.exact(bytes))
        add("characters", Human.exact(characters))
        add("words", Human.exact(words))
        add("tokens per word", number(tokensPerWord))
        add("bytes per token", number(bytesPerToken))
        add(
            "share of the context",
            measures.context.map { "\(Human.percent(share(of: $0), decimals: 2)) of \(Human.exact($0))" })
        add("cost", measures.pricePerMillion.map { Human.fixed(cost(at: $0), decimals: 6) })
        let terminal = Terminal.standardOutput
        try terminal.writeLine(table.render(width: terminal.width, appearance: terminal.appearance))
    }

    func json(_ measures: TokenMeasures) -> JSONObject {
        var object = JSONObject()
        object["tokens"] = JSONValue(tokens)
        object["distinct_tokens"] = JSONValue(distinct)
        object["vocabulary"] = JSONValue(vocabulary)
        object["bytes"] = JSONValue(bytes)
        object["characters"] = JSONValue(characters)
        object["words"] = JSONValue(words)
        object["tokens_per_word"] = JSONValue(tokensPerWord)
        object["bytes_per_token"] = JSONValue(bytesPerToken)
        object["context_share"] = JSONValue(measures.context.map(share))
        object["cost"] = JSONValue(measures.pricePerMillion.map(cost))
        return object
    }
}
