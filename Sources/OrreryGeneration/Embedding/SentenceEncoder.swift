import Kernels
import OrreryFiles
import OrreryHub
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// Turns texts into vectors that lie near each other where meanings do: an encoder, its tokenizer, and the pooling of
/// its vectors into one (arXiv:1908.10084). It opens directories as sentence-transformers writes them, and GGUF files.
public final class SentenceEncoder: Sendable {
    /// The encoder.
    public let encoder: any TextEncoder
    /// The tokenizer.
    public let tokenizer: any Tokenizer
    package let modules: SentenceModules
    /// The number of tokens to which longer texts are cut.
    public let maximalTokens: Int
    /// The number of elements of a vector.
    public let width: Int
    private let layers: [SentenceLayer]

    /// Opens a directory or a GGUF file. Without `modules.json` a vector is the mean over all positions, of any length;
    /// from a GGUF file it has length one.
    ///
    /// - Parameters:
    ///   - path: the directory or file, or the name of a downloaded model: `owner/name`.
    ///   - warn: receives a line for each thing that was found and not used.
    /// - Throws: `FileError` or `ModelError` if the files are not such a model.
    public static func open(_ path: String, warn: (String) -> Void = { _ in }) throws -> SentenceEncoder {
        let path = try Hub.localPath(of: path)
        guard FileStatus(path) != nil else {
            throw FileError.request(path, "does not exist", advice: "name a GGUF file or a model directory")
        }
        let modules = try SentenceModules(path, warn: warn)
        let encoder = try ModelFiles.openEncoder(modules.encoderPath, warn: warn)
        let tokenizer = try TokenizerLoader.load(
            path: modules.encoderPath, rows: encoder.shape.vocabularySize, warn: warn)
        guard tokenizer.vocabularySize <= encoder.shape.vocabularySize else {
            throw GenerationError.vocabulary(
                path, tokens: tokenizer.vocabularySize, known: encoder.shape.vocabularySize)
        }
        return try SentenceEncoder(encoder, tokenizer, modules, warn)
    }

    private init(
        _ encoder: any TextEncoder, _ tokenizer: any Tokenizer, _ modules: SentenceModules, _ warn: (String) -> Void
    ) throws {
        (self.encoder, self.tokenizer, self.modules) = (encoder, tokenizer, modules)
        maximalTokens = min(encoder.shape.contextLength, modules.settings.maximalTokens ?? .max)
        var width = encoder.shape.width * modules.pooling.modes.count, layers: [SentenceLayer] = []
        for step in modules.steps {
            switch step {
            case .normalize: layers.append(.normalize)
            case .layerNorm(let folder): layers.append(try .layerNorm(folder, width: width))
            case .dense(let folder):
                let made = try SentenceLayer.dense(folder, width: width, warn: warn)
                layers.append(made.layer)
                width = made.width
            }
        }
        self.width = min(width, modules.keptWidth ?? .max)
        self.layers = layers
    }

    /// The vector of a text.
    public struct Embedding: Sendable, Hashable {
        /// The elements of the vector.
        public var vector: [Float]
        /// The number of tokens that were read.
        public var tokens: Int
        /// Whether the text was longer than the encoder reads, and was cut.
        public var isCut: Bool
    }

    /// The vector of a text.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - prompt: text that comes before it, and counts as part of it unless the pooling says otherwise.
    ///   - computeType: the type to which operands of products are rounded.
    /// - Throws: `GenerationError` that names a character which cannot be encoded, or if a text has no tokens.
    public func embed(_ text: String, prompt: String = "", computeType: ElementType = .float32) throws -> Embedding {
        let (ids, isCut) = try tokens(prompt + text)
        if ids.isEmpty { throw GenerationError.emptyPrompt }
        var states = encoder.encode(Batch(ids), ForwardContext(computeType: computeType)).floats
        if modules.normalizesPositions { states = Self.normalized(states, positions: ids.count) }
        let promptCount = prompt.isEmpty || modules.pooling.includesPrompt ? 0 : try promptTokens(prompt)
        let pooled = modules.pooling(states, positions: ids.count, prompt: promptCount)
        return Embedding(vector: Array(layers.reduce(pooled) { $1($0) }.prefix(width)), tokens: ids.count, isCut: isCut)
    }

    /// [positions, D], each of length one.
    private static func normalized(_ states: [Float], positions: Int) -> [Float] {
        let D = states.count / positions
        return (0 ..< positions).flatMap { SentenceLayer.normalized(Array(states[$0 * D ..< ($0 + 1) * D])) }
    }

    // MARK: Tokens

    /// The tokens of a text, at most `maximalTokens`: what the tokenizer puts around a text stays when it is cut.
    private func tokens(_ text: String) throws -> (ids: [TokenID], isCut: Bool) {
        let text = modules.settings.lowercases ? LowercasedText.of(text, except: tokenizer.addedTokens) : text
        do {
            let ids = try tokenizer.encode(text)
            guard ids.count > maximalTokens else { return (ids, false) }
            let plain = try tokenizer.encode(text, options: EncodingOptions(addsSpecialTokens: false))
            let added = max(0, ids.count - plain.count), room = max(0, maximalTokens - added)
            let before = (0 ... added).first { ids[$0...].starts(with: plain) } ?? 0
            let kept = modules.settings.cutsBeginning ? plain.suffix(room) : plain.prefix(room)
            return (Array((ids.prefix(before) + kept + ids.suffix(added - before)).prefix(maximalTokens)), true)
        } catch let error as TokenizerError { throw GenerationError.text(error) }
    }

    /// How many tokens at the start of a text are its prompt's: those of the prompt alone, without a marker at its end.
    private func promptTokens(_ prompt: String) throws -> Int {
        let ids = try tokens(prompt).ids
        let endsInMarker =
            ids.last.map { id in tokenizer.addedTokens.contains { $0.id == id && $0.isSpecial } } ?? false
        return ids.count - (endsInMarker ? 1 : 0)
    }
}
