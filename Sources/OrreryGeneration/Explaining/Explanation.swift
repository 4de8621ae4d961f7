import OrreryModels
import OrreryTokenizers

/// The way from a prompt to the next token in six steps, as numbers: pieces, embeddings, layers, distribution, choice,
/// loop.
public struct Explanation: Sendable {
    /// A token of the prompt and the bytes that it stands for.
    public struct Piece: Sendable, Hashable {
        public var id: TokenID
        public var bytes: [UInt8]

        public init(id: TokenID, bytes: [UInt8]) { (self.id, self.bytes) = (id, bytes) }
    }

    /// A distinct token's vector as it enters the layers, before positions are added.
    public struct Vector: Sendable, Hashable {
        public var piece: Piece
        /// L2 norm.
        public var norm: Float
        /// The tokens whose rows of the embedding table point the same way most, itself left out.
        public var nearest: [Neighbour]

        public init(piece: Piece, norm: Float, nearest: [Neighbour]) {
            (self.piece, self.norm, self.nearest) = (piece, norm, nearest)
        }
    }

    public struct Neighbour: Sendable, Hashable {
        public var piece: Piece
        public var cosine: Float

        public init(piece: Piece, cosine: Float) { (self.piece, self.cosine) = (piece, cosine) }
    }

    /// How the order of the pieces gets in.
    public enum Positions: String, Sendable {
        /// A vector per position, added to the embeddings
        case added
        /// Queries and keys are turned by their positions
        case rotary
        /// Neither: inside the scores, or not at all
        case other
    }

    /// What the model would say if the rest of its layers were left out: the logit lens of the last position.
    public struct Reading: Sendable, Hashable {
        public var piece: Piece
        public var probability: Double
        /// The probability, at this depth, of what the whole model finds most probable.
        public var finalProbability: Double

        public init(piece: Piece, probability: Double, finalProbability: Double) {
            (self.piece, self.probability, self.finalProbability) = (piece, probability, finalProbability)
        }
    }

    /// One query that looks at one key, by position.
    public struct Link: Sendable, Hashable {
        public var head: Int
        public var from: Int
        public var to: Int
        public var weight: Float

        public init(head: Int, from: Int, to: Int, weight: Float) {
            (self.head, self.from, self.to, self.weight) = (head, from, to, weight)
        }

        /// How far the weight is above an even spread over what the query sees.
        public var aboveEven: Float { weight - 1 / Float(from + 1) }
    }

    /// What one head does with a prompt.
    public struct Head: Sendable, Hashable {
        /// The link that is furthest above an even spread over the positions its query sees, neither to itself nor to
        /// the first position; nil below three positions.
        public var strongest: Link?
        /// The same for the last position alone, from which the next token is predicted.
        public var fromLast: Link?
        /// Mean weights on the first position and on the query's own, over all queries but the first.
        public var meanOnFirst: Float
        public var meanOnSelf: Float

        public init(strongest: Link?, fromLast: Link?, meanOnFirst: Float, meanOnSelf: Float) {
            (self.strongest, self.fromLast, self.meanOnFirst, self.meanOnSelf) = (
                strongest, fromLast, meanOnFirst, meanOnSelf
            )
        }
    }

    public struct Layer: Sendable, Hashable {
        public var heads: [Head]
        /// Norm of what the last position's vector has become.
        public var residualNorm: Float
        public var reading: Reading

        public init(heads: [Head], residualNorm: Float, reading: Reading) {
            (self.heads, self.residualNorm, self.reading) = (heads, residualNorm, reading)
        }
    }

    /// The whole attention of one head, if it was asked for.
    public struct Pattern: Sendable, Hashable {
        public var layer: Int
        public var head: Int
        /// [query][key], rows shorter than the prompt where the future is.
        public var weights: [[Float]]

        public init(layer: Int, head: Int, weights: [[Float]]) {
            (self.layer, self.head, self.weights) = (layer, head, weights)
        }
    }

    /// One turn of the loop.
    public struct Round: Sendable, Hashable {
        /// Positions whose keys and values were computed in this round, and those that came from the cache.
        public var computed: Range<Int>
        public var reused: Int
        public var piece: Piece
        /// By the model, before the sampler's filters.
        public var probability: Double
        public var seconds: Double

        public init(computed: Range<Int>, reused: Int, piece: Piece, probability: Double, seconds: Double) {
            (self.computed, self.reused, self.piece, self.probability, self.seconds) = (
                computed, reused, piece, probability, seconds
            )
        }
    }

    public var model: String
    public var parameters: Int
    public var shape: ModelShape
    /// Bytes of cache per position.
    public var cacheBytesPerPosition: Int
    public var prompt: String
    // 1
    public var pieces: [Piece]
    // 2
    public var vectors: [Vector]
    public var positions: Positions
    // 3
    public var beforeLayers: Reading
    public var layers: [Layer]
    public var pattern: Pattern?
    // 4 and 5
    public var choice: SampleExplanation
    /// The bytes of the candidates and the chosen token.
    public var candidateBytes: [TokenID: [UInt8]]
    /// Of the model's distribution, in bits.
    public var entropy: Double
    // 6
    public var rounds: [Round]
    public var completion: String
    public var finishReason: FinishReason?

    public init(
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
