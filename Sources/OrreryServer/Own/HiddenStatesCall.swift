import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// What a request to /v1/hidden_states asks for.
///
/// States are numbered as in transformers: 0 is what the first layer reads, i what layer i - 1 gives, and the last one
/// comes after the final norm.
struct HiddenStatesCall: Sendable {
    /// The most numbers of a response: as text they take several times the memory.
    private var maxValues: Int { isBase64 ? 1 << 22 : 1 << 20 }

    private let tokens: [TokenID]
    /// The states that are wanted, 0 to the number of layers.
    private let states: [Int]
    /// The layers and heads whose attention is wanted.
    private let attention: (layers: [Int], heads: [Int])
    private let isBase64: Bool
    private let layers: Int

    init(_ fields: RequestFields, _ model: TextModel) throws {
        let shape = model.model.shape
        layers = shape.layers
        tokens = try Self.tokens(fields, model)
        isBase64 = try OwnParameters.isBase64(fields)
        states = try Self.indices(fields, "layers", count: layers + 1) ?? [layers]
        let wanted = try fields.object("attention")
        attention = (
            try wanted.flatMap { try Self.indices($0, "layers", count: shape.layers) } ?? [],
            try wanted.flatMap { try Self.indices($0, "heads", count: shape.heads) } ?? Array(0 ..< shape.heads)
        )
        for point in points where !model.model.tapPoints.contains(point) {
            throw APIError.invalid("model", "\(model.name) has no \(point); expected a decoder")
        }
        let count = tokens.count,
            (values, overflows) = count.multipliedReportingOverflow(
                by: states.count * shape.width + attention.layers.count * shape.heads * count)
        if overflows || values > maxValues {
            throw APIError.invalid(
                "input",
                "the response would have \(overflows ? "too many" : "\(values)") numbers of \(count) tokens; expected at most \(maxValues)\(isBase64 ? "" : ", with encoding_format: \"base64\" four times as many"): ask for fewer layers, or give a shorter input"
            )
        }
    }

    private static func tokens(_ fields: RequestFields, _ model: TextModel) throws -> [TokenID] {
        let expected = "a string or an array of token ids"
        switch fields.value("input") {
        case nil: throw fields.missing("input", expected)
        case .string(let text)?: return try model.promptTokens(text)
        case .array(let values)?:
            if values.isEmpty { throw fields.wrong("input", expected) }
            return try values.map {
                guard case .int(let number) = $0, let id = TokenID(exactly: number) else {
                    throw fields.wrong("input", expected)
                }
                return id
            }
        default: throw fields.wrong("input", expected)
        }
    }

    /// Numbers from 0, or from the end where they are negative.
    private static func indices(_ fields: RequestFields, _ key: String, count: Int) throws -> [Int]? {
        guard let values = try fields.array(key) else { return nil }
        let expected = "an array of whole numbers from \(-count) to \(count - 1), each once"
        let found = try values.map { value -> Int in
            guard case .int(let number) = value, let index = Int(exactly: number), (-count ..< count).contains(index)
            else { throw fields.wrong(key, expected) }
            return index < 0 ? index + count : index
        }
        if found.isEmpty || Set(found).count < found.count { throw fields.wrong(key, expected) }
        return found
    }

    // MARK: The request

    private func point(_ state: Int) -> String {
        switch state {
        case layers: "ln_final.hook_out"
        case 0: "blocks.0.hook_resid_pre"
        default: "blocks.\(state - 1).hook_resid_post"
        }
    }

    private func pattern(_ layer: Int) -> String { "blocks.\(layer).attn.hook_pattern" }

    private var points: [String] { states.map(point) + attention.layers.map(pattern) }

    func request(of client: ClientRequest?, by model: TextModel) -> EngineRequest {
        var request = EngineRequest(
            GenerationOptions(prompt: tokens, sampling: .greedy, stop: StopConditions(maxTokens: 1)), of: client,
            usesCache: false, trace: TraceOptions(points: points, maxValues: maxValues),
            countsCompletion: false, by: model)
        // The final norm is computed of the rows alone whose log-probabilities are wanted, and of the last.
        if states.contains(layers) { request.promptLogProbabilities = 0 }
        return request
    }

    // MARK: The response

    func json(_ trace: EngineTrace, _ model: TextModel, _ name: String) -> JSONObject {
        let pieces = Dictionary(grouping: trace.tensors, by: \.point), count = tokens.count
        let form = TraceJSON(tokenizer: model.tokenizer, isBase64: isBase64)
        var json: JSONObject = [
            "object": "hidden_states", "model": JSONValue(name),
            "tokens": .array(
                tokens.map {
                    [
                        "id": JSONValue(Int($0)),
                        "piece": JSONValue(String(decoding: model.tokenizer.piece(for: $0) ?? [], as: UTF8.self)),
                    ]
                }),
            "hidden_states": .array(
                states.map { state in
                    [
                        "layer": JSONValue(state), "point": JSONValue(point(state)),
                        "shape": JSONValue([count, model.model.shape.width]),
                        "values": form.numbers(pieces[point(state)]?.flatMap(\.values) ?? []),
                    ]
                }),
        ]
        if !attention.layers.isEmpty {
            json["attention"] = .array(
                attention.layers.flatMap { layer in
                    attention.heads.map { head in
                        [
                            "layer": JSONValue(layer), "head": JSONValue(head), "shape": JSONValue([count, count]),
                            "values": form.numbers(weights(of: head, pieces[pattern(layer)] ?? [])),
                        ]
                    }
                })
        }
        return json
    }

    /// The weights of one head, [queries, keys], from tensors [1, heads, queries, keys so far]: keys that come later
    /// have none.
    private func weights(of head: Int, _ pieces: [TracedTensor]) -> [Float] {
        let count = tokens.count
        return pieces.flatMap { piece -> [Float] in
            let (queries, keys) = (piece.shape[2], piece.shape[3]), first = head * queries * keys
            return (0 ..< queries).flatMap { query -> [Float] in
                let row = piece.values[first + query * keys ..< first + (query + 1) * keys]
                return Array(row) + Array(repeating: 0, count: count - keys)
            }
        }
    }
}
