import Kernels
import OrreryModels
import OrreryTokenizers

extension TextModel {
    /// The sampling of a text where the caller says nothing: what the model's publisher wants, else
    /// `SamplingOptions.standard`; with a seed that nobody chose.
    public func defaultSampling() -> SamplingOptions {
        var sampling = suggestedSampling ?? .standard
        // 32 bits: short enough to type again, and exact in JSON.
        sampling.seed = UInt64(UInt32.random(in: .min ... .max))
        return sampling
    }

    /// All that decides how a prompt is continued, with this model's defaults where nothing is said.
    ///
    /// - Parameters:
    ///   - maxTokens: how many tokens may be generated; nil: until the model ends the text or its context is full.
    ///   - sampling: nil: `defaultSampling()`.
    ///   - stop: strings that end the text where they start.
    /// - Throws: `GenerationError` naming what keeps the prompt from being encoded.
    public func options(
        for prompt: String, maxTokens: Int? = 256, sampling: SamplingOptions? = nil, stop: [String] = []
    ) throws -> GenerationOptions {
        let type = Processor.current.fastestType
        return GenerationOptions(
            prompt: try promptTokens(prompt), sampling: sampling ?? defaultSampling(),
            stop: stopConditions(maxTokens: maxTokens, stopStrings: stop), computeType: type,
            cacheType: model.defaultCacheType(computing: type))
    }

    /// Continues a prompt; the text comes piece by piece.
    ///
    /// - Parameters: as in `options(for:maxTokens:sampling:stop:)`, whose errors the stream throws at its first piece.
    public func stream(
        _ prompt: String, maxTokens: Int? = 256, sampling: SamplingOptions? = nil, stop: [String] = []
    ) -> TextStream {
        TextStream(queue) {
            try self.generate(self.options(for: prompt, maxTokens: maxTokens, sampling: sampling, stop: stop))
        }
    }

    /// Continues a prompt of tokens; the text comes piece by piece.
    public func stream(_ options: GenerationOptions) -> TextStream { TextStream(queue) { try self.generate(options) } }
}
