import Kernels
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// A model with an encoder and a decoder (t5), and its tokenizer: it reads one text and writes another.
public struct AnsweringModel {
    private let model: any EncoderDecoder
    private let tokenizer: any Tokenizer
    private let name: String

    /// Opens a GGUF file or a model directory.
    ///
    /// - Throws: `GenerationError` if the tokenizer has more tokens than the model.
    public init(_ path: String, warn: (String) -> Void = { _ in }) throws {
        (model, name) = (try ModelFiles.openEncoderDecoder(path, warn: warn), path)
        tokenizer = try TokenizerLoader.load(path: path, rows: model.shape.vocabularySize, warn: warn)
        guard tokenizer.vocabularySize <= model.shape.vocabularySize else {
            throw GenerationError.vocabulary(name, tokens: tokenizer.vocabularySize, known: model.shape.vocabularySize)
        }
    }

    /// The tokens that the encoder reads of `text`.
    ///
    /// - Throws: `GenerationError` naming a character that cannot be encoded, or for a text without tokens.
    public func promptTokens(_ text: String) throws -> [TokenID] {
        let ids: [TokenID]
        do { ids = try tokenizer.encode(text) } catch let error as TokenizerError {
            throw GenerationError.prompt(error)
        }
        guard !ids.isEmpty else { throw GenerationError.emptyPrompt }
        return ids
    }

    /// Lets the encoder read `text`. What the decoder generates from `start` on is the answer.
    ///
    /// - Throws: `GenerationError` naming a character that cannot be encoded.
    public func reading(_ text: String, computeType: ElementType) throws -> (decoder: TextModel, start: [TokenID]) {
        let source = model.read(try promptTokens(text), ForwardContext(computeType: computeType))
        let decoder = try TextModel(model, tokenizer: tokenizer, name: name) { [model] in
            model.makeState(reading: source, capacity: $0, type: $1)
        }
        return (decoder, [model.decoderStart])
    }
}
