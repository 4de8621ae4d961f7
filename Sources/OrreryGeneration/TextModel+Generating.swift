import Kernels
import OrreryModels
import OrreryTokenizers

extension TextModel {
    /// The default sampling of a text: that of the model's publisher, else `SamplingOptions.default`, with a random
    /// seed.
    public func defaultSampling() -> SamplingOptions {
        var sampling = suggestedSampling ?? .default
        sampling.seed = SamplingOptions.drawnSeed()
        return sampling
    }

    /// The options of continuing a prompt, with this model's defaults where an argument is left out.
    ///
    /// - Parameters:
    ///   - prompt: the text to continue.
    ///   - maxTokens: the most tokens that may be generated; nil lets the model continue until it ends the text or its
    ///     context is full.
    ///   - sampling: the choice of tokens; nil means `defaultSampling()`.
    ///   - stop: strings that end the text where they start.
    /// - Throws: `GenerationError` that names what keeps the prompt from being encoded.
    public func options(
        for prompt: String, maxTokens: Int? = 256, sampling: SamplingOptions? = nil, stop: [String] = []
    ) throws -> GenerationOptions {
        let type = Processor.current.fastestType
        return GenerationOptions(
            prompt: try promptTokens(prompt), sampling: sampling ?? defaultSampling(),
            stop: stopConditions(maxTokens: maxTokens, stopStrings: stop), computeType: type,
            cacheType: model.defaultCacheType(computing: type))
    }

    /// Continues a prompt, as a stream of text.
    ///
    /// The stream throws the errors of `options(for:maxTokens:sampling:stop:)` when it is first read.
    ///
    /// - Parameters:
    ///   - prompt: the text to continue.
    ///   - maxTokens: the most tokens that may be generated; nil lets the model continue until it ends the text or its
    ///     context is full.
    ///   - sampling: the choice of tokens; nil means `defaultSampling()`.
    ///   - stop: strings that end the text where they start.
    public func stream(
        _ prompt: String, maxTokens: Int? = 256, sampling: SamplingOptions? = nil, stop: [String] = []
    ) -> TextStream {
        TextStream(queue) {
            try self.generate(self.options(for: prompt, maxTokens: maxTokens, sampling: sampling, stop: stop))
        }
    }

    /// Continues a prompt of tokens, as a stream of text.
    public func stream(_ options: GenerationOptions) -> TextStream { TextStream(queue) { try self.generate(options) } }
}
