import OrreryFiles
import OrreryTokenizers

extension SampleExplanation {
    /// The chosen token and what led to it, without the candidates; docs/json.md.
    ///
    /// - Parameter text: the text of a token.
    package func json(_ text: (TokenID) -> String) -> JSONObject {
        var object = chosen.json(text)
        object["position"] = JSONValue(position)
        object["draw"] = JSONValue(draw)
        object["sampling"] = .object(options.json)
        object["filters"] = .array(
            stages.map {
                [
                    "filter": JSONValue($0.filter.rawValue), "setting": JSONValue($0.setting),
                    "kept": JSONValue($0.kept),
                    "kept_probability": JSONValue($0.keptProbability), "draw": JSONValue($0.draw),
                ]
            })
        return object
    }
}

extension SampleExplanation.Candidate {
    /// A candidate; docs/json.md.
    package func json(_ text: (TokenID) -> String) -> JSONObject {
        [
            "id": JSONValue(Int(token)), "piece": JSONValue(text(token)), "rank": JSONValue(rank),
            "logit": JSONValue(logit), "penalized_logit": JSONValue(penalizedLogit),
            "probability": JSONValue(modelProbability), "tempered_probability": JSONValue(temperedProbability),
            "final_probability": JSONValue(finalProbability), "removed_by": JSONValue(removedBy?.rawValue),
            "interval": interval.map { JSONValue([$0.lowerBound, $0.upperBound]) } ?? .null,
        ]
    }
}
