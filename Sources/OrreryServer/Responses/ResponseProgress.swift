import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryStore

/// A response while it is made, and the events that tell of it in their order.
struct ResponseProgress {
    /// An event: its name, which its data repeats, and its number among the response's events.
    struct Event: Equatable {
        var name: String
        var data: JSONValue
    }

    let object: ResponseObject
    private let messageID = "msg_" + Completion.identifier()
    private var sequence = 0
    private var hasMessage = false
    private var text = ""
    private var probabilities: [JSONValue] = []
    private var reason: FinishReason?
    /// The items that the model has written.
    private(set) var output: [StoredItem] = []
    /// The response as it stands.
    private(set) var json: JSONObject

    init(_ object: ResponseObject) {
        self.object = object
        json = object.json(.inProgress)
    }

    private mutating func event(_ name: String, _ members: JSONObject) -> Event {
        var data: JSONObject = ["type": JSONValue(name), "sequence_number": JSONValue(sequence)]
        sequence += 1
        for member in members.members { data[member.key] = member.value }
        return Event(name: name, data: .object(data))
    }

    /// The response is accepted.
    mutating func begin() -> [Event] {
        [
            event("response.created", ["response": .object(json)]),
            event("response.in_progress", ["response": .object(json)]),
        ]
    }

    /// The model has chosen a token.
    mutating func add(_ step: Generation.Step, _ probability: JSONValue?) -> [Event] {
        var events = beginMessage()
        text += step.text
        reason = step.finishReason
        if let probability { probabilities.append(probability) }
        if !step.text.isEmpty || probability != nil {
            let found: JSONValue = .array(probability.map { [$0] } ?? [])
            events.append(
                event("response.output_text.delta", place(["delta": JSONValue(step.text), "logprobs": found])))
        }
        return events
    }

    private mutating func beginMessage() -> [Event] {
        guard !hasMessage else { return [] }
        hasMessage = true
        let item = InputItem.message(role: "assistant", [], id: messageID, status: "in_progress")
        return [
            event("response.output_item.added", ["output_index": 0, "item": item.json]),
            event("response.content_part.added", place(["part": InputItem.textPart("output_text", "")])),
        ]
    }

    /// Where in the response a text stands.
    private func place(_ members: JSONObject) -> JSONObject {
        var json: JSONObject = ["item_id": JSONValue(messageID), "output_index": 0, "content_index": 0]
        for member in members.members { json[member.key] = member.value }
        return json
    }

    /// The text has ended: the events up to the last, which `last` gives once the response is stored.
    mutating func end(_ usage: EngineUsage) -> [Event] {
        var events = beginMessage()
        let isComplete = reason == .stop
        let part: JSONValue = [
            "type": "output_text", "text": JSONValue(text), "annotations": [], "logprobs": .array(probabilities),
        ]
        let item = InputItem.message(
            role: "assistant", [part], id: messageID, status: isComplete ? "completed" : "incomplete")
        output = [item]
        json = object.json(isComplete ? .completed(usage) : .incomplete(usage), output: [item.json])
        events.append(
            event(
                "response.output_text.done", place(["text": JSONValue(text), "logprobs": .array(probabilities)])))
        events.append(event("response.content_part.done", place(["part": part])))
        events.append(event("response.output_item.done", ["output_index": 0, "item": item.json]))
        return events
    }

    /// The response could not be made.
    mutating func fail(_ error: APIError) { json = object.json(.failed(error)) }

    /// Adds the member `orrery`, which is told once and not stored.
    mutating func add(own: JSONValue?) { if let own { json["orrery"] = own } }

    /// The last event: how the response ended.
    mutating func last() -> Event {
        guard case .string(let status)? = json["status"] else { return event("error", [:]) }
        return event("response.\(status)", ["response": .object(json)])
    }

    /// The response as a store keeps it.
    func stored(_ call: ResponseCall) -> StoredResponse {
        var json = json
        json["output"] = []
        return StoredResponse(
            id: object.id, previous: call.context.previous, conversation: call.context.conversation,
            json: .object(json), input: call.input, output: output)
    }
}
