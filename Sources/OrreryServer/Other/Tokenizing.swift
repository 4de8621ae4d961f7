import Hummingbird
import OrreryFiles
import OrreryGeneration
import OrreryTemplates
import OrreryTokenizers

/// POST /tokenize, /detokenize and /apply-template: a text's tokens and back, and a conversation as the model reads it.
struct Tokenizing {
    let requests: ModelRequests

    func tokenize(_ request: Request, _ context: ServerContext) async throws -> Response {
        let (fields, tokenizer) = try await read(request, context)
        guard let text = try fields.string("content") ?? fields.string("prompt") else {
            throw fields.missing("content", "a string")
        }
        let options = EncodingOptions(
            recognizesSpecialTokens: try fields.bool("parse_special") ?? true,
            addsSpecialTokens: try fields.bool("add_special") ?? false)
        let ids: [TokenID]
        do { ids = try tokenizer.encode(text, options: options) } catch {
            throw APIError.invalid("content", "\(error)")
        }
        guard try fields.bool("with_pieces") ?? false else {
            return Response(json: ["tokens": JSONValue(ids.map(Int.init)), "count": JSONValue(ids.count)])
        }
        let pieces = ids.map { id -> JSONValue in
            let bytes = tokenizer.piece(for: id) ?? []
            let text = String(validating: bytes, as: UTF8.self)
            return [
                "id": JSONValue(Int(id)), "piece": text.map { JSONValue($0) } ?? JSONValue(bytes.map(Int.init)),
            ]
        }
        return Response(json: ["tokens": .array(pieces), "count": JSONValue(ids.count)])
    }

    func detokenize(_ request: Request, _ context: ServerContext) async throws -> Response {
        let (fields, tokenizer) = try await read(request, context)
        guard let values = try fields.array("tokens") else { throw fields.missing("tokens", "an array of token ids") }
        let ids = try values.enumerated().map { index, value in
            guard case .int(let number) = value, let id = TokenID(exactly: number), tokenizer.piece(for: id) != nil
            else { throw APIError.value("tokens[\(index)]", value, expected: "a token of the model") }
            return id
        }
        let text: String
        do { text = try tokenizer.decode(ids, skipsSpecialTokens: false) } catch {
            throw APIError.invalid("tokens", "\(error)")
        }
        return Response(json: ["content": JSONValue(text), "prompt": JSONValue(text)])
    }

    func applyTemplate(_ request: Request, _ context: ServerContext) async throws -> Response {
        var request = request
        let (fields, served, _) = try await requests.read(&request, context)
        let chat = try served.conversation().chat
        let messages = try ChatMessages.read(fields, for: chat)
        let options = try ChatCompletions.Call.templateOptions(fields)
        return Response(json: ["prompt": JSONValue(try chat.template.render(messages, options: options).text)])
    }

    private func read(
        _ request: Request, _ context: ServerContext
    ) async throws -> (RequestFields, any Tokenizer) {
        var request = request
        let (fields, served, _) = try await requests.read(&request, context)
        switch served.kind {
        case .language(let model, _, _): return (fields, model.tokenizer)
        case .encoder(let encoder): return (fields, encoder.encoder.tokenizer)
        case .ranker(let ranker): return (fields, ranker.encoder.tokenizer)
        }
    }
}
