import Foundation
import OrreryFiles
import OrreryTerminal
import OrreryTokenizers

/// The tokens of a text as one JSON object, written while they come: a large text is never in memory as JSON.
struct TokenizeJSON {
    private let job: TokenizeJob
    private let view: TokenizeView

    init(_ job: TokenizeJob, _ view: TokenizeView) { (self.job, self.view) = (job, view) }

    func write() throws {
        // What can go wrong goes wrong before the first byte is out.
        let words = view.mode == .merges ? try self.words() : .array([])
        var statistics = TokenStatistics(of: job)
        var head = JSONObject()
        head["tokenizer"] = JSONValue(job.name)
        head["vocabulary"] = JSONValue(job.tokenizer.vocabularySize)
        head["text_bytes"] = JSONValue(job.text.count)
        try put(String(JSONValue.object(head).text(.compact).dropLast()) + ",\"tokens\":[")
        // Counts and statistics need no list.
        let isListed = view.mode != .count && view.mode != .stats
        try job.forEachPart(recordsByteRanges: isListed) { encoding in
            var text = ""
            for index in isListed ? encoding.ids.indices : 0 ..< 0 {
                text += (index + statistics.tokens == 0 ? "" : ",") + token(encoding, index).text(.compact)
            }
            statistics.add(encoding.ids)
            try put(text)
        }
        var tail = JSONObject()
        tail["count"] = JSONValue(statistics.tokens)
        tail["stats"] = .object(statistics.json(view.measures))
        tail["words"] = words
        try put("]," + JSONValue.object(tail).text(.compact).dropFirst() + "\n")
    }

    private func token(_ encoding: Encoding, _ index: Int) -> JSONValue {
        let bytes = job.piece(encoding, at: index)
        var object = JSONObject()
        object["id"] = JSONValue(Int(encoding.ids[index]))
        object["piece"] = JSONValue(String(decoding: bytes, as: UTF8.self))
        object["bytes"] = JSONValue(bytes.map(Int.init))
        object["start"] = JSONValue(encoding.byteRanges[index].lowerBound)
        object["end"] = JSONValue(encoding.byteRanges[index].upperBound)
        object["special"] = JSONValue(job.tokenizer.addedTokens.isSpecial(encoding.ids[index]))
        return .object(object)
    }

    private func words() throws -> JSONValue {
        guard let explaining = job.tokenizer as? any ExplainingTokenizer else { return .array([]) }
        return .array(try MergePage.words(of: job, explaining).map { .object(word($0)) })
    }

    private func word(_ word: WordExplanation) -> JSONObject {
        var object = JSONObject()
        object["word"] = JSONValue(String(decoding: word.bytes, as: UTF8.self))
        object["ids"] = JSONValue(word.tokens.map(Int.init))
        var (steps, scores): ([JSONValue], JSONValue) = ([], .null)
        var isWhole = false
        switch word.reason {
        case .added, .none: break
        case .scores(let values): scores = .array(values.map { JSONValue(Double($0)) })
        case .merges(let trace):
            isWhole = trace.isWhole
            steps = trace.steps.map { step in
                var object = JSONObject()
                object["rank"] = JSONValue(step.rank)
                object["left"] = JSONValue(Int(step.left))
                object["right"] = JSONValue(Int(step.right))
                object["result"] = JSONValue(Int(step.result))
                object["ids"] = JSONValue(step.tokens.map(Int.init))
                return .object(object)
            }
        }
        object["whole"] = JSONValue(isWhole)
        object["merges"] = .array(steps)
        object["scores"] = scores
        return object
    }

    private func put(_ text: some StringProtocol) throws { try Terminal.standardOutput.write(String(text)) }
}
