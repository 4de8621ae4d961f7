/// How texts of a batch are made equally long.
///
/// Source: Hugging Face tokenizers, `src/utils/padding.rs`.
package struct Padding: Sendable, Hashable {
    package enum Strategy: Sendable, Hashable {
        case batchLongest
        case fixed(Int)
    }

    package enum Direction: String, Sendable, Hashable {
        case left = "Left"
        case right = "Right"
    }

    package var strategy: Strategy
    package var direction: Direction
    package var padToMultipleOf: Int?
    package var padID: TokenID
    package var padTypeID: Int
    package var padToken: String

    package init(
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
