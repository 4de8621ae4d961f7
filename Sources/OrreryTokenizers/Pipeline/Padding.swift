/// How texts of a batch are made equally long.
///
/// Source: Hugging Face tokenizers, `src/utils/padding.rs`.
public struct Padding: Sendable, Hashable {
    public enum Strategy: Sendable, Hashable {
        case batchLongest
        case fixed(Int)
    }

    public enum Direction: String, Sendable, Hashable {
        case left = "Left"
        case right = "Right"
    }

    public var strategy: Strategy
    public var direction: Direction
    public var padToMultipleOf: Int?
    public var padID: TokenID
    public var padTypeID: Int
    public var padToken: String

    public init(
        strategy: Strategy = .batchLongest, direction: Direction = .right, padToMultipleOf: Int? = nil,
        padID: TokenID = 0, padTypeID: Int = 0,
        padToken: String = "[PAD]"
    ) {
        self.strategy = strategy
        self.direction = direction
        self.padToMultipleOf = padToMultipleOf
        self.padID = padID
        self.padTypeID = padTypeID
        self.padToken = padToken
    }
}
