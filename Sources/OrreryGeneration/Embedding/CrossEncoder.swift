import Kernels
import OrreryFiles
import OrreryHub
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// Scores how well a text answers a question, by reading both together (arXiv:1901.04085): BERT with a ranking head, as
/// sentence-transformers' cross-encoders are.
public final class CrossEncoder: Sendable {
    /// The encoder.
    public var encoder: any TextEncoder { bert }
    /// The tokenizer.
    public var tokenizer: any Tokenizer { pipeline }
    /// The number of tokens to which a question with a text is cut.
    public var maximalTokens: Int { bert.shape.contextLength }
    private let bert: Bert
    private let pipeline: PipelineTokenizer
    private let head: RelevanceHead

    /// Opens a directory.
    ///
    /// - Parameters:
    ///   - path: the directory, or the name of a downloaded model: `owner/name`.
    ///   - warn: receives a line for each thing that was found and not used.
    /// - Returns: nil where the model has no ranking head.
    /// - Throws: `FileError`, `ModelError` or `TokenizerError` with the file, the field or tensor, and what was expected.
    public static func open(_ path: String, warn: (String) -> Void = { _ in }) throws -> CrossEncoder? {
        let path = try Hub.localPath(of: path)
        guard FileStatus(path)?.kind == .directory, try RelevanceHead.isPresent(in: path),
            let bert = try ModelFiles.openEncoder(path, warn: warn) as? Bert
        else { return nil }
        let head = try RelevanceHead(path, width: bert.shape.width)
        let tokenizer = try TokenizerLoader.load(path: path, rows: bert.shape.vocabularySize, warn: warn)
        guard let pipeline = tokenizer as? PipelineTokenizer else {
            throw FileError.request(
                path, "has a tokenizer that reads one text at a time",
                advice: "add tokenizer.json, which transformers' save_pretrained writes")
        }
        return CrossEncoder(bert, pipeline, head)
    }

    private init(_ bert: Bert, _ pipeline: PipelineTokenizer, _ head: RelevanceHead) {
        (self.bert, self.pipeline, self.head) = (bert, pipeline, head)
    }

    /// How well a text answers a question.
    public struct Score: Sendable, Hashable {
        /// The greater, the better; from 0 to 1 unless the model's configuration says otherwise.
        public var relevance: Float
        /// The number of tokens that were read.
        public var tokens: Int
    }

    /// How well a text answers a question. Where both together are too long, the longer one loses its end.
    ///
    /// - Throws: `GenerationError` that names a character which cannot be encoded.
    public func score(_ text: String, for question: String) throws -> Score {
        let pair: PairEncoding
        do {
            pair = try pipeline.encodePair(
                question, text, options: EncodingOptions(truncation: Truncation(maxLength: maximalTokens)))
        } catch let error as TokenizerError { throw GenerationError.text(error) }
        if pair.ids.isEmpty { throw GenerationError.emptyPrompt }
        let states = bert.encode(
            Batch(pair.ids), types: pair.typeIDs.map(Int32.init(clamping:)), ForwardContext(computeType: .float32))
        return Score(relevance: head(Array(states.floats.prefix(bert.shape.width))), tokens: pair.ids.count)
    }
}
