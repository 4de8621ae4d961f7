/// The points of an attention layer: to the own sequence, or to the text that an encoder has read.
struct AttentionPoints: Sendable {
    let query: TapPoint
    let key: TapPoint
    let value: TapPoint
    let scores: TapPoint
    let pattern: TapPoint
    let mixed: TapPoint
    let result: TapPoint

    static let own = AttentionPoints(
        query: .query, key: .key, value: .value, scores: .scores, pattern: .pattern, mixed: .mixed, result: .result)
    static let cross = AttentionPoints(
        query: .crossQuery, key: .crossKey, value: .crossValue, scores: .crossScores, pattern: .crossPattern,
        mixed: .crossMixed, result: .crossResult)
}
