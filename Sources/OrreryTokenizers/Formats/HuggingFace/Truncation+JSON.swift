import OrreryFiles

private let counts = 0 ... 1 << 53

extension Truncation {
    /// Reads `truncation`.
    init(_ fields: JSONFields) throws {
        self.init(
            maxLength: try fields.int("max_length", in: counts), stride: try fields.int("stride", in: counts),
            strategy: try fields.choice("strategy", ["LongestFirst", "OnlyFirst", "OnlySecond"]),
            direction: try fields.has("direction") ? fields.choice("direction", ["Left", "Right"]) : .right)
    }

    var json: JSONValue {
        [
            "direction": .string(direction.rawValue), "max_length": JSONValue(maxLength),
            "strategy": .string(strategy.rawValue),
            "stride": JSONValue(stride),
        ]
    }
}

extension Padding {
    /// Reads `padding`.
    init(_ fields: JSONFields) throws {
        let strategy: Strategy
        switch fields.object["strategy"] {
        case .string("BatchLongest")?: strategy = .batchLongest
        case .object?: strategy = .fixed(try fields.fields("strategy").int("Fixed", in: counts))
        default: throw fields.error("strategy", expected: "BatchLongest, or an object with Fixed")
        }
        self.init(
            strategy: strategy, direction: try fields.choice("direction", ["Left", "Right"]),
            padToMultipleOf: try fields.intIfPresent("pad_to_multiple_of", in: counts),
            padID: try fields.tokenID("pad_id"),
            padTypeID: try fields.int("pad_type_id", in: counts), padToken: try fields.string("pad_token"))
    }

    var json: JSONValue {
        let strategyJSON: JSONValue =
            switch strategy {
            case .batchLongest: "BatchLongest"
            case .fixed(let length): ["Fixed": JSONValue(length)]
            }
        return [
            "strategy": strategyJSON, "direction": .string(direction.rawValue),
            "pad_to_multiple_of": JSONValue(padToMultipleOf),
            "pad_id": .int(Int64(padID)), "pad_type_id": JSONValue(padTypeID), "pad_token": .string(padToken),
        ]
    }
}
