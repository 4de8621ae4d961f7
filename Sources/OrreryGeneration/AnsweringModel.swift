import Kernels
import OrreryHub
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
    /// - Parameters:
    ///   - path: the file or directory, or the name of a downloaded model: `owner/name`.
    ///   - warn: receives a line for each thing that was found and not used.
    /// - Throws: `FileError` or `ModelError` if the files are not such a model; `GenerationError` if the tokenizer has
    ///   more tokens than the model.
    public init(_ path: String, warn: (String) -> Void = { _ in }) throws {
        name = path
        let path = try Hub.localPath(of: name)
        model = try ModelFiles.openEncoderDecoder(path, warn: warn)
        tokenizer = try TokenizerLoader.load(path: path, rows: model.shape.vocabularySize, warn: warn)
        guard tokenizer.vocabularySize <= model.shape.vocabularySize else {
            throw GenerationError.vocabulary(name, tokens: tokenizer.vocabularySize, known: model.shape.vocabularySize)
        }
    }

    /// The tokens of `text` that the encoder reads.
    ///
    /// - Throws: `GenerationError` that names a character which cannot be encoded, or for a text without tokens.
    public func promptTokens(_ text: String) throws -> [TokenID] {
        let ids: [TokenID]
        do { ids = try tokenizer.encode(text) } catch let error as TokenizerError {
            throw GenerationError.prompt(error)
        }
        guard !ids.isEmpty else { throw GenerationError.emptyPrompt }
        return ids
    }

    /// Lets the encoder read `text`. What the decoder generates after the tokens `start` is the answer.
    ///
    /// - Parameters:
    ///   - text: the text that the encoder reads.
    ///   - computeType: the type to which operands of products are rounded.
    /// - Throws: `GenerationError` that names a character which cannot be encoded.
    public func reading(_ text: String, computeType: ElementType) throws -> (decoder: TextModel, start: [TokenID]) {
        let source = model.read(try promptTokens(text), ForwardContext(computeType: computeType))
        let decoder = try TextModel(model, tokenizer: tokenizer, name: name) { [model] in
            model.makeState(attendingTo: source, capacity: $0, type: $1)
        }
        return (decoder, [model.decoderStart])
    }
}
