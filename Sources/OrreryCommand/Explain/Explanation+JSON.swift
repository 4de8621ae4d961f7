import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

extension Explanation {
    /// All numbers of the six steps; the fields are in docs/json.md.
    package var json: JSONObject {
        var o = JSONObject()
        o["model"] = JSONValue(model)
        o["parameters"] = JSONValue(parameters)
        o["layers"] = JSONValue(shape.layers)
        o["heads"] = JSONValue(shape.heads)
        o["width"] = JSONValue(shape.width)
        o["vocabulary"] = JSONValue(shape.vocabularySize)
        o["context"] = JSONValue(shape.contextLength)
        o["prompt"] = JSONValue(prompt)
        o["ids"] = JSONValue(pieces.map { Int($0.id) })
        o["pieces"] = JSONValue(pieces.map(\.text))
        o["positions"] = JSONValue(positions.rawValue)
        o["embeddings"] = .array(
            vectors.map { vector in
                [
                    "id": JSONValue(Int(vector.piece.id)), "piece": JSONValue(vector.piece.text),
                    "norm": JSONValue(vector.norm),
                    "nearest": .array(
                        vector.nearest.map {
                            [
                                "id": JSONValue(Int($0.piece.id)), "piece": JSONValue($0.piece.text),
                                "cosine": JSONValue($0.cosine),
                            ]
                        }),
                ]
            })
        o["embedding_reading"] = beforeLayers.json
        o["layer_states"] = .array(
            layers.enumerated().map { index, layer in
                [
                    "layer": JSONValue(index), "residual_norm": JSONValue(layer.residualNorm),
                    "reading": layer.reading.json,
                    "heads": .array(layer.heads.enumerated().map { $1.json($0) }),
                ]
            })
        o["pattern"] =
            pattern.map {
                [
                    "layer": JSONValue($0.layer), "head": JSONValue($0.head),
                    "weights": .array($0.weights.map { JSONValue($0) }),
                ]
            } ?? .null
        o["distribution"] = .array(choice.candidates.map { .object($0.json(text)) })
        o["entropy_bits"] = JSONValue(entropy)
        o["choice"] = .object(choice.json(text))
        o["rounds"] = .array(
            rounds.map {
                [
                    "computed_from": JSONValue($0.computed.lowerBound),
                    "computed_to": JSONValue($0.computed.upperBound), "reused": JSONValue($0.reused),
                    "id": JSONValue(Int($0.piece.id)), "piece": JSONValue($0.piece.text),
                    "probability": JSONValue($0.probability),
                    "seconds": JSONValue($0.seconds),
                ]
            })
        o["cache_bytes_per_position"] = JSONValue(cacheBytesPerPosition)
        o["completion"] = JSONValue(completion)
        o["finish_reason"] = JSONValue(finishReason?.rawValue)
        return o
    }

    private func text(_ token: TokenID) -> String { Piece(id: token, bytes: candidateBytes[token] ?? []).text }
}

extension Explanation.Piece {
    /// U+FFFD stands for bytes that are no whole character.
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Explanation.Reading {
    fileprivate var json: JSONValue {
        [
            "id": JSONValue(Int(piece.id)), "piece": JSONValue(String(decoding: piece.bytes, as: UTF8.self)),
            "probability": JSONValue(probability),
            "final_token_probability": JSONValue(finalProbability),
        ]
    }
}

extension Explanation.Head {
    fileprivate func json(_ index: Int) -> JSONValue {
        [
            "head": JSONValue(index), "mean_on_first": JSONValue(meanOnFirst), "mean_on_self": JSONValue(meanOnSelf),
            "strongest": strongest?.json ?? .null, "from_last": fromLast?.json ?? .null,
        ]
    }
}

extension Explanation.Link {
    fileprivate var json: JSONValue { ["from": JSONValue(from), "to": JSONValue(to), "weight": JSONValue(weight)] }
}
