import Kernels
import OrreryModels
import OrreryNN
import OrreryTokenizers

/// A language model with the tokenizer it was trained with: text in, text out.
public final class TextModel: Sendable {
    /// The model.
    public let model: any TokenModel
    /// The tokenizer.
    public let tokenizer: any Tokenizer
    /// The name that errors and headings give the model: its directory, and after a colon the adapter's.
    public let name: String
    /// The adapter that everything is read and written with; nil if there is none.
    public let adapter: Adapter?
    /// The name without the adapter's.
    let base: String
    /// The directory or GGUF file that it was opened from; nil for a model that was made in memory.
    public let path: String?
    /// The tokens that end a text: the tokenizer's, the configuration's and those given.
    public let endTokens: Set<TokenID>
    /// The sampling that the model's publisher suggests; nil if there is none.
    public let suggestedSampling: SamplingOptions?
    /// Tokens that stand for nothing are never chosen: rows of a table padded beyond the tokenizer, and holes in its
    /// vocabulary.
    private let holes: [Int]
    /// The state of a new sequence, where the model does not make it by itself: a decoder's that reads another text.
    private let newState: (@Sendable (Int, CacheType) -> any SequenceState)?
    /// Where streams of this model compute, in turns.
    let queue: ComputeQueue

    /// A model with its tokenizer.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - tokenizer: its tokenizer.
    ///   - name: the name that errors give it.
    ///   - path: the directory or file in which its chat templates are found.
    ///   - endTokens: further tokens that end a text.
    ///   - suggestedSampling: the sampling that the model's publisher suggests.
    ///   - newState: makes the state of a new sequence with this many positions; nil leaves it to the model.
    /// - Throws: `GenerationError` if the tokenizer has more tokens than the model.
    public init(
        _ model: any TokenModel, tokenizer: any Tokenizer, name: String = "the model", path: String? = nil,
        endTokens: Set<TokenID> = [], suggestedSampling: SamplingOptions? = nil,
        newState: (@Sendable (Int, CacheType) -> any SequenceState)? = nil
    ) throws {
        let known = model.shape.vocabularySize
        guard tokenizer.vocabularySize <= known else {
            throw GenerationError.vocabulary(name, tokens: tokenizer.vocabularySize, known: known)
        }
        (self.model, self.tokenizer, self.name, self.suggestedSampling) = (model, tokenizer, name, suggestedSampling)
        (self.newState, self.path, base, adapter) = (newState, path, name, nil)
        queue = ComputeQueue(label: "orrery.\(name)")
        let all = endTokens.union(model.shape.endOfText.compactMap { TokenID(exactly: $0) }).union(tokenizer.endTokens)
        self.endTokens = all
        holes = (0 ..< tokenizer.vocabularySize).filter {
            tokenizer.piece(for: TokenID($0)) == nil && !all.contains(TokenID($0))
        }
    }

    /// The same model with another adapter.
    init(_ other: TextModel, _ adapter: Adapter?) {
        (model, tokenizer, path, base) = (other.model, other.tokenizer, other.path, other.base)
        name = adapter.map { "\(other.base):\($0.name)" } ?? other.base
        self.adapter = adapter
        (endTokens, suggestedSampling, holes) = (other.endTokens, other.suggestedSampling, other.holes)
        (newState, queue) = (other.newState, other.queue)
    }

    /// The length of the longest sequence in tokens, prompt and generated text together.
    public var contextLength: Int { model.shape.contextLength }

    /// The tokens of a prompt. An empty prompt becomes the token that ends a text or a newline, as nanoGPT starts.
    ///
    /// - Throws: `GenerationError` that names a character which cannot be encoded, or if there is nothing to start
    ///   from.
    public func promptTokens(_ text: String) throws -> [TokenID] {
        let tokens: [TokenID]
        do { tokens = try tokenizer.encode(text) } catch let error as TokenizerError {
            throw GenerationError.prompt(error)
        }
        if !tokens.isEmpty { return tokens }
        let start =
            tokenizer.endOfText ?? endTokens.sorted().first { tokenizer.piece(for: $0) != nil }
            ?? tokenizer.id(forPiece: [0x0A])
        guard let start else { throw GenerationError.emptyPrompt }
        return [start]
    }

    /// The token that the tokenizer puts before a text which begins with it already, as a copied chat template does;
    /// nil where none is doubled.
    package func doubledStart(of text: String) -> String? {
        guard let framed = try? tokenizer.encode(text),
            let bare = try? tokenizer.encode(text, options: EncodingOptions(addsSpecialTokens: false)),
            framed.count > bare.count, let first = framed.first, bare.first == first,
            framed.dropFirst().starts(with: bare)
        else { return nil }
        return String(decoding: tokenizer.piece(for: first) ?? [], as: UTF8.self)
    }

    /// The conditions that end a generation of this model: its end tokens, and those given.
    public func stopConditions(maxTokens: Int? = nil, stopStrings: [String] = []) -> StopConditions {
        StopConditions(endTokens: endTokens, maxTokens: maxTokens, stopStrings: stopStrings)
    }

    /// Continues a prompt, one token per call of the result's `next`.
    ///
    /// - Throws: `GenerationError` that names an option outside its range or what is wrong with the prompt.
    public func generate(_ options: GenerationOptions) throws -> Generation { try Generation(self, options) }

    /// Continues a prompt with tokens that a mask allows.
    package func generate(_ options: GenerationOptions, mask: any TokenMask) throws -> Generation {
        try Generation(self, options, mask: mask)
    }

    /// Continues a prompt, computing only what `cache` does not hold of it; afterwards the cache holds this sequence.
    ///
    /// - Parameters:
    ///   - options: the prompt and how it is continued.
    ///   - cache: the keys and values of an earlier sequence.
    /// - Throws: `GenerationError` that names an option outside its range or what is wrong with the prompt.
    public func generate(_ options: GenerationOptions, reusing cache: PromptCache) throws -> Generation {
        try Generation(self, options, cache)
    }

    /// Packs the weights for a type of computation, so that the first generation need not.
    public func prepare(_ type: ElementType) {
        _ = model.logits(
            Batch([0], continuing: makeState(capacity: 1, type: CacheType(type))).adapted(by: adapter),
            ForwardContext(computeType: type))
    }

    /// The state of a sequence of at most `capacity` tokens, before its first one.
    ///
    /// - Parameters:
    ///   - capacity: the most tokens of the sequence.
    ///   - type: the type in which keys and values are kept; nil means that of the computation, so that logits are
    ///     those of the whole sequence at once.
    public func makeState(capacity: Int, type: CacheType? = nil) -> any SequenceState {
        let type = type ?? CacheType(Processor.current.fastestType)
        return newState?(capacity, type) ?? model.makeState(capacity: capacity, type: type)
    }

    /// What this model's vocabulary has that another's has not, in words; nil where every token is the same.
    package func vocabularyDifference(from other: TextModel) -> String? {
        let count = tokenizer.vocabularySize
        guard other.tokenizer.vocabularySize == count else { return "\(count) tokens" }
        return (0 ..< TokenID(count)).first { tokenizer.piece(for: $0) != other.tokenizer.piece(for: $0) }
            .map { "another token \($0)" }
    }

    /// What the sampler chooses from: one row of the model's logits, without the tokens that stand for nothing.
    func choosable(_ row: [Float]) -> [Float] { row.withUnsafeBufferPointer(choosable) }

    /// What the sampler chooses from: one row of the model's logits, without the tokens that stand for nothing.
    package func choosable(_ row: UnsafeBufferPointer<Float>) -> [Float] {
        var row = Array(row.prefix(tokenizer.vocabularySize))
        for token in holes { row[token] = -.infinity }
        return row
    }
}
