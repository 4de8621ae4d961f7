import OrreryModels
import OrreryTokenizers

/// The way from a prompt to the next token in six steps, as numbers: tokens, embeddings, layers, distribution, choice,
/// loop.
public struct Explanation: Sendable {
    /// A token and the bytes that it stands for.
    public struct Piece: Sendable, Hashable {
        /// The token.
        public var id: TokenID
        /// The bytes that the token stands for.
        public var bytes: [UInt8]

        package init(id: TokenID, bytes: [UInt8]) { (self.id, self.bytes) = (id, bytes) }
    }

    /// The vector of a token as it enters the layers, before positions are added.
    public struct Vector: Sendable, Hashable {
        /// The token.
        public var piece: Piece
        /// The L2 norm of the vector.
        public var norm: Float
        /// The tokens whose rows of the embedding table have the most similar direction, the token itself left out.
        public var nearest: [Neighbour]

        package init(piece: Piece, norm: Float, nearest: [Neighbour]) {
            (self.piece, self.norm, self.nearest) = (piece, norm, nearest)
        }
    }

    /// A token whose embedding has a similar direction.
    public struct Neighbour: Sendable, Hashable {
        /// The token.
        public var piece: Piece
        /// The cosine of the angle between the embeddings.
        public var cosine: Float

        package init(piece: Piece, cosine: Float) { (self.piece, self.cosine) = (piece, cosine) }
    }

    /// The way in which the order of the tokens enters the computation.
    public enum Positions: String, Sendable {
        /// A vector per position, added to the embeddings.
        case added
        /// Queries and keys that are turned by their positions.
        case rotary
        /// Neither: positions enter inside the scores, or not at all.
        case other
    }

    /// What the model would predict if the rest of its layers were left out: the logit lens of the last position.
    public struct Reading: Sendable, Hashable {
        /// The most probable token.
        public var piece: Piece
        /// The probability of that token.
        public var probability: Double
        /// The probability, at this depth, of the token that the whole model finds most probable.
        public var finalProbability: Double

        package init(piece: Piece, probability: Double, finalProbability: Double) {
            (self.piece, self.probability, self.finalProbability) = (piece, probability, finalProbability)
        }
    }

    /// The attention of one query to one key, by position.
    public struct Link: Sendable, Hashable {
        /// The head.
        public var head: Int
        /// The position of the query.
        public var from: Int
        /// The position of the key.
        public var to: Int
        /// The attention weight, from 0 to 1.
        public var weight: Float

        package init(head: Int, from: Int, to: Int, weight: Float) {
            (self.head, self.from, self.to, self.weight) = (head, from, to, weight)
        }

        /// The difference between the weight and an even spread over what the query sees.
        public var aboveEven: Float { weight - 1 / Float(from + 1) }
    }

    /// What one head does with a prompt.
    public struct Head: Sendable, Hashable {
        /// The link that is furthest above an even spread over the positions that its query sees, neither to itself nor
        /// to the first position; nil with fewer than three positions.
        public var strongest: Link?
        /// The same for the last position alone, from which the next token is predicted.
        public var fromLast: Link?
        /// The mean attention weight on the first position, over all queries but the first.
        public var meanOnFirst: Float
        /// The mean attention weight on the query's own position, over all queries but the first.
        public var meanOnSelf: Float

        package init(strongest: Link?, fromLast: Link?, meanOnFirst: Float, meanOnSelf: Float) {
            (self.strongest, self.fromLast, self.meanOnFirst, self.meanOnSelf) = (
                strongest, fromLast, meanOnFirst, meanOnSelf
            )
        }
    }

    /// What one layer does with a prompt.
    public struct Layer: Sendable, Hashable {
        /// The heads of attention.
        public var heads: [Head]
        /// The L2 norm of the last position's residual stream after the layer.
        public var residualNorm: Float
        /// What the model would predict if it ended after this layer.
        public var reading: Reading

        package init(heads: [Head], residualNorm: Float, reading: Reading) {
            (self.heads, self.residualNorm, self.reading) = (heads, residualNorm, reading)
        }
    }

    /// All attention weights of one head.
    public struct Pattern: Sendable, Hashable {
        /// The layer, from 0.
        public var layer: Int
        /// The head, from 0.
        public var head: Int
        /// The attention weights as [query][key]; a row ends at its query's own position, as later keys are hidden from
        /// it.
        public var weights: [[Float]]

        package init(layer: Int, head: Int, weights: [[Float]]) {
            (self.layer, self.head, self.weights) = (layer, head, weights)
        }
    }

    /// One round of the loop.
    public struct Round: Sendable, Hashable {
        /// The positions whose keys and values were computed in this round.
        public var computed: Range<Int>
        /// The number of positions whose keys and values came from the cache.
        public var reused: Int
        /// The token that was chosen.
        public var piece: Piece
        /// The model's probability of that token, before the sampler's filters.
        public var probability: Double
        /// The seconds that the round took.
        public var seconds: Double

        package init(computed: Range<Int>, reused: Int, piece: Piece, probability: Double, seconds: Double) {
            (self.computed, self.reused, self.piece, self.probability, self.seconds) = (
                computed, reused, piece, probability, seconds
            )
        }
    }

    /// The name of the model.
    public var model: String
    /// The number of weights.
    public var parameters: Int
    /// The sizes of the model.
    public var shape: ModelShape
    /// The number of bytes of keys and values per position.
    public var cacheBytesPerPosition: Int
    /// The text of the prompt.
    public var prompt: String
    // 1
    /// The tokens of the prompt.
    public var pieces: [Piece]
    // 2
    /// The distinct tokens' vectors as they enter the layers.
    public var vectors: [Vector]
    /// The way in which the order of the tokens enters the computation.
    public var positions: Positions
    // 3
    /// What the model would predict without any layer.
    public var beforeLayers: Reading
    /// The layers, in order.
    public var layers: [Layer]
    /// All attention weights of the head that was asked for; nil for none.
    public var pattern: Pattern?
    // 4 and 5
    /// The choice of the next token.
    public var choice: SampleExplanation
    /// The bytes of the candidates and the chosen token.
    public var candidateBytes: [TokenID: [UInt8]]
    /// The entropy of the model's distribution, in bits.
    public var entropy: Double
    // 6
    /// The rounds of the loop.
    public var rounds: [Round]
    /// The text that the loop generated.
    public var completion: String
    /// The reason why the text ended; nil if the rounds ended first.
    public var finishReason: FinishReason?

    package init(
        model: String, parameters: Int, shape: ModelShape, cacheBytesPerPosition: Int, prompt: String, pieces: [Piece],
        vectors: [Vector],
        positions: Positions, beforeLayers: Reading, layers: [Layer], pattern: Pattern?, choice: SampleExplanation,
        candidateBytes: [TokenID: [UInt8]], entropy: Double, rounds: [Round], completion: String,
        finishReason: FinishReason?
    ) {
        (self.model, self.parameters, self.shape, self.cacheBytesPerPosition, self.prompt) = (
            model, parameters, shape, cacheBytesPerPosition, prompt
        )
        (self.pieces, self.vectors, self.positions) = (pieces, vectors, positions)
        (self.beforeLayers, self.layers, self.pattern) = (beforeLayers, layers, pattern)
        (self.choice, self.candidateBytes, self.entropy) = (choice, candidateBytes, entropy)
        (self.rounds, self.completion, self.finishReason) = (rounds, completion, finishReason)
    }
}
