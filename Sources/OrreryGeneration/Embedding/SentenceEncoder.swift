import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// Texts to vectors that lie near each other where meanings do: an encoder, its tokenizer, and how its vectors per position become one
/// (arXiv:1908.10084). Directories as sentence-transformers writes them, and GGUF files.
public final class SentenceEncoder {
    /// How vectors per position become one.
    public enum Pooling: String, Sendable, CaseIterable {
        case mean
        /// that of the first token, [CLS]
        case first
        /// the largest of each element
        case largest
    }

    public let encoder: any TextEncoder
    public let tokenizer: any Tokenizer
    public let pooling: Pooling
    /// Whether vectors are brought to length one.
    public let normalizes: Bool
    /// Longer texts are cut.
    public let maximalTokens: Int

    init(_ encoder: any TextEncoder, tokenizer: any Tokenizer, pooling: Pooling, normalizes: Bool, maximalTokens: Int) {
        (self.encoder, self.tokenizer, self.pooling) = (encoder, tokenizer, pooling)
        (self.normalizes, self.maximalTokens) = (normalizes, maximalTokens)
    }

    /// Opens a directory or a GGUF file. Without `modules.json` vectors are means of all positions, of any length; those of a GGUF file are of length one.
    ///
    /// - Parameter warn: receives what was found and not used, a line each.
    public static func open(_ path: String, warn: (String) -> Void = { _ in }) throws -> SentenceEncoder {
        let encoder = try ModelFiles.openEncoder(path, warn: warn)
        let tokenizer = try TokenizerLoader.load(path: path, rows: encoder.shape.vocabularySize, warn: warn)
        guard tokenizer.vocabularySize <= encoder.shape.vocabularySize else {
            throw GenerationError.vocabulary(path, tokens: tokenizer.vocabularySize, known: encoder.shape.vocabularySize)
        }
        let modules = try SentenceModules(path)
        return SentenceEncoder(
            encoder, tokenizer: tokenizer, pooling: modules.pooling, normalizes: modules.normalizes,
            maximalTokens: min(encoder.shape.contextLength, modules.maximalTokens ?? .max))
    }

    public struct Embedding: Sendable, Hashable {
        /// [D]
        public var vector: [Float]
        public var tokens: Int
        public var isCut: Bool
    }

    /// The vector of a text.
    ///
    /// - Throws: `GenerationError` naming a character that cannot be encoded, or if a text has no tokens.
    public func embed(_ text: String, computeType: ElementType = .float32) throws -> Embedding {
        var ids: [TokenID]
        do { ids = try tokenizer.encode(text) } catch let error as TokenizerError { throw GenerationError.prompt(error) }
        guard let last = ids.last else { throw GenerationError.emptyPrompt }
        let isCut = ids.count > maximalTokens
        if isCut { ids = ids.prefix(maximalTokens - 1) + [last] }  // the end marker stays
        let states = encoder.encode(ids, batch: 1, ForwardContext(computeType: computeType)).floats
        var vector = pool(states, positions: ids.count)
        if normalizes {
            let length = Float(vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
            vector = vector.map { $0 / max(length, 1e-12) }
        }
        return Embedding(vector: vector, tokens: ids.count, isCut: isCut)
    }

    /// - Parameter states: [positions, D]
    private func pool(_ states: [Float], positions: Int) -> [Float] {
        let D = states.count / positions
        return (0 ..< D).map { i in
            let column = stride(from: i, to: states.count, by: D).lazy.map { states[$0] }
            return switch pooling {
            case .mean: Float(column.reduce(0.0) { $0 + Double($1) } / Double(positions))
            case .first: states[i]
            case .largest: column.max()!
            }
        }
    }
}
