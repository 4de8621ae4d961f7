import OrreryTokenizers

/// What follows a prompt, without the model that computes it: rows of logits go in, tokens and their text come out.
///
/// Whoever computes the rows, one sequence alone or an engine for many, the text is the same.
package struct Continuation {
    /// The options of the generation.
    package let options: GenerationOptions
    /// The prompt and the tokens chosen after it, an end token included.
    package private(set) var tokens: [TokenID]
    /// The reason why the text ended; nil until it has.
    package private(set) var finishReason: FinishReason?

    private let source: TextModel
    private let endsWithContext: Bool
    private var row: SamplingRow
    private var monitor: StopMonitor
    private var decoder: StreamingDecoder
    /// What the decoder withholds of the prompt's last token, which comes out in front of the first token's text.
    private var promptRest: [UInt8] = []
    private var assembler = UTF8Assembler()

    /// - Parameters:
    ///   - endsWithContext: whether the text ends where the context is full; else the caller sees to it that the model
    ///     reads less.
    ///   - mask: which tokens may come; nil allows all.
    /// - Throws: `GenerationError` that names an option outside its range.
    package init(
        _ source: TextModel, _ options: GenerationOptions, endsWithContext: Bool = true,
        mask: (any TokenMask)? = nil
    ) throws {
        self.source = source
        self.endsWithContext = endsWithContext
        self.options = options
        tokens = options.prompt
        row = try SamplingRow(
            options.sampling, stream: options.stream, prompt: options.prompt, mask: mask,
            piece: { [tokenizer = source.tokenizer] in tokenizer.piece(for: $0) })
        monitor = try StopMonitor(options.stop)
        decoder = StreamingDecoder(source.tokenizer)
        // What a token adds may depend on the one before.
        if let last = options.prompt.last, source.tokenizer.piece(for: last) != nil {
            _ = try decoder.appendBytes(last)
            var ended = decoder
            promptRest = try ended.finishBytes()
        }
    }

    /// The number of tokens chosen so far, without an end token.
    package var completionCount: Int { monitor.tokenCount }

    /// The tokens chosen so far, without an end token.
    package var completion: ArraySlice<TokenID> {
        tokens[options.prompt.count ..< options.prompt.count + monitor.tokenCount]
    }

    /// Chooses the next token by the model's logits and appends it.
    ///
    /// - Parameter logits: one row, without the tokens that stand for nothing (`TextModel.choosable`).
    /// - Throws: `GenerationError` that names a logit which is not a number; `TokenizerError` if the text cannot be
    ///   decoded.
    package mutating func append(by logits: [Float]) throws -> Generation.Step {
        let position = tokens.count
        let token = try row.choose(by: logits, after: history)
        tokens.append(token)
        let isEnd = options.stop.endTokens.contains(token)
        let isFull = endsWithContext && tokens.count == source.contextLength
        var added = isEnd ? [] : try decoder.appendBytes(token)
        // What the decoder has withheld for a token that will not come: a character spelled in byte tokens, say.
        if isEnd || isFull || monitor.nextIsLast { added += try decoder.finishBytes() }
        if !promptRest.isEmpty, !added.isEmpty {
            if added.starts(with: promptRest) { added.removeFirst(promptRest.count) }
            promptRest = []
        }
        var bytes = monitor.receive(token, added)
        if monitor.finishReason == nil, isFull { bytes += monitor.finish(.length) }
        finishReason = monitor.finishReason
        var text = assembler.append(bytes)
        if finishReason != nil { text += assembler.finish() }
        return Generation.Step(
            token: token, position: position, bytes: bytes, text: text, finishReason: finishReason,
            stopString: monitor.stopString)
    }

    /// The reasons for which `append(by:)` will choose its token.
    package func explain(_ logits: [Float], limit: Int) throws -> SampleExplanation {
        try row.explain(logits, after: history, limit: limit)
    }

    /// The token that `append(by:)` would choose by another model's logits, if so many guessed tokens had come before:
    /// by the same options and the same random number, so that where the models agree, so do the choices.
    package func guess(by logits: [Float], after guessed: [TokenID]) throws -> TokenID {
        var row = row
        return try row.choose(
            by: logits, after: TokenHistory(tokens + guessed, promptCount: options.prompt.count))
    }

    private var history: TokenHistory { TokenHistory(tokens, promptCount: options.prompt.count) }

    /// Ends a text that the caller stops, and returns what was held back of it.
    package mutating func cancel() -> String {
        guard finishReason == nil else { return "" }
        let rest = monitor.finish(.cancelled)
        finishReason = .cancelled
        return assembler.append(rest) + assembler.finish()
    }
}
