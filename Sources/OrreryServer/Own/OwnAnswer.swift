import OrreryEngine
import OrreryFiles
import OrreryGeneration

/// What a response says under `orrery`: traces and a receipt, where they were asked for.
struct OwnAnswer: Sendable {
    private let parameters: OwnParameters
    private let requests: [EngineRequest]
    private let served: ServedModel
    private let engine: Engine
    private let version: String
    private var texts: [[Text]]
    private var traces: [EngineTrace?]

    private struct Text: Sendable {
        var text = ""
        var tokens = 0
        var reason: FinishReason?
    }

    init(
        _ parameters: OwnParameters, _ requests: [EngineRequest], _ served: ServedModel, _ engine: Engine,
        version: String
    ) {
        (self.parameters, self.requests, self.served, self.engine) = (parameters, requests, served, engine)
        self.version = version
        texts = requests.map { Array(repeating: Text(), count: $0.choices) }
        traces = requests.map { _ in nil }
    }

    /// Takes note of what happens to a request.
    mutating func take(_ event: EngineEvent, prompt: Int = 0) {
        switch event {
        case .token(let choice, let step, _) where parameters.wantsReceipt:
            texts[prompt][choice].text += step.text
            texts[prompt][choice].tokens += 1
            texts[prompt][choice].reason = step.finishReason
        case .traced(let trace): traces[prompt] = trace
        case .began, .prompt, .token, .slid, .completed: break
        }
    }

    /// The member; nil where nothing was asked for.
    ///
    /// - Throws: an error for a file of the model that cannot be read any more.
    func json() async throws -> JSONValue? {
        var json = JSONObject()
        let found = traces.compactMap { $0 }
        if parameters.trace != nil {
            let form = TraceJSON(tokenizer: engine.model.tokenizer, isBase64: parameters.isBase64)
            if requests.count == 1, let trace = found.first {
                json["trace"] = form.json(trace)
            } else {
                json["traces"] = .array(found.map(form.json))
            }
        }
        if parameters.wantsReceipt { json["receipt"] = try await receipt().json }
        return json.isEmpty ? nil : .object(json)
    }

    private func receipt() async throws -> Receipt {
        let path = engine.model.path ?? served.path, isAdapted = served.parent != nil
        let model = Receipt.Source(
            name: served.parent ?? served.name, path: path, files: try await served.hashes.files(of: path))
        let adapter =
            isAdapted
            ? Receipt.Source(
                name: served.name, path: served.path, files: try await served.hashes.files(of: served.path)) : nil
        return Receipt(
            version: version, model: model, adapter: adapter, engine: engine,
            requests: zip(requests, texts).map { request, texts in
                Receipt.Request(
                    request,
                    texts: texts.map { Receipt.Request.Text($0.text, tokens: $0.tokens, finishReason: $0.reason) })
            })
    }
}
