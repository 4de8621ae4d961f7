import Foundation
import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import OrreryTokenizers

/// The quality of a model's predictions of a text: the mean of -log p of its tokens, and what follows from it.
public struct Perplexity: Sendable, Hashable {
    /// The number of tokens whose prediction counted.
    public private(set) var tokens = 0
    /// The number of bytes of the text that they cover.
    public private(set) var bytes = 0
    /// The sum of -log p over them, in nats.
    public private(set) var nats = 0.0
    /// The number of windows that the model read.
    public private(set) var windows = 0

    /// The mean of -log p, in nats a token.
    public var loss: Double { nats / Double(tokens) }
    /// e to the loss: the number of equally likely tokens among which the model is undecided.
    public var perplexity: Double { exp(loss) }
    /// The sum of -log p in bits, per byte of the text. Unlike the others it can be compared between tokenizers.
    public var bitsPerByte: Double { nats / log(2) / Double(bytes) }
}

extension TextModel {
    /// Measures how well the model predicts a text of UTF-8 bytes.
    ///
    /// Where the tokenizer begins a text with a token (Llama's `<s>`), every window does: without it such models
    /// predict badly, and for a reason that says nothing about the text.
    ///
    /// - Parameters:
    ///   - text: the bytes of the text.
    ///   - context: the most tokens in a window, from 2 to the model's own context length.
    ///   - cut: the way the text is cut into windows.
    ///   - computeType: the type to which operands of products are rounded.
    ///   - cacheType: the type in which keys and values are kept; nil means that of the computation.
    ///   - progress: receives the number of windows done and of all windows; returns false to stop, which gives what
    ///     was measured so far.
    /// - Throws: `GenerationError` that names an option outside its range, or a text that is too short or cannot be
    ///   encoded; `MemoryError` if there is too little memory.
    public func perplexity(
        of text: [UInt8], context: Int, cut: EvaluationWindows.Cut, computeType: ElementType = .float32,
        cacheType: CacheType? = nil,
        progress: (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
    ) throws -> Perplexity {
        guard (2 ... contextLength).contains(context) else {
            throw GenerationError.option("the context", context, allowed: "2 to \(contextLength), the model's own")
        }
        if case .sliding(let stride) = cut, !(1 ... context - 1).contains(stride) {
            throw GenerationError.option("the stride", stride, allowed: "1 to \(context - 1), less than the context")
        }
        var encoding: (ids: [TokenID], byteRanges: [Range<Int>]) = ([], [])
        do {
            try text.withUnsafeBufferPointer {
                let options = EncodingOptions(recognizesSpecialTokens: false, addsSpecialTokens: false)
                try tokenizer.encodeParts(
                    of: $0, options: options, recordsByteRanges: true, threads: Processor.current.threads
                ) { _, part in
                    encoding.ids += part.ids
                    encoding.byteRanges += part.byteRanges
                }
            }
        } catch let error as TokenizerError { throw GenerationError.text(error) }
        let begin = beginOfText
        let all = EvaluatedText(
            ids: begin + encoding.ids, byteRanges: begin.map { _ in 0 ..< 0 } + encoding.byteRanges, begin: begin)
        let windows = EvaluationWindows(count: all.ids.count, context: context, cut: cut)
        guard !windows.isEmpty else {
            throw GenerationError.option(
                "the text", all.ids.count == 1 ? "1 token long" : "\(all.ids.count) tokens long",
                allowed: cut == .halves ? "at least \(context), one window" : "at least 2")
        }
        var result = Perplexity()
        let atOnce = windowsAtOnce(context: context), kept = cacheType ?? CacheType(computeType)
        try InferenceMemory(
            model, type: computeType, cacheType: kept, batch: atOnce, positions: context,
            piece: max(2048, atOnce * context)
        )
        .check(name, shorter: "`context`")
        for first in stride(from: 0, to: windows.count, by: atOnce) {
            // only the last may be shorter, and is then alone
            var group = Array(windows[first ..< min(first + atOnce, windows.count)])
            let last = group.count > 1 && group.last!.range.count < context ? [group.removeLast()] : []
            for some in [group, last] where !some.isEmpty { result.add(some, of: all, by: self, computeType, kept) }
            if !progress(min(first + atOnce, windows.count), windows.count) { break }
        }
        return result
    }

    /// The tokens that the tokenizer puts before a text.
    private var beginOfText: [TokenID] {
        guard let framed = try? tokenizer.encode("a"),
            let bare = try? tokenizer.encode("a", options: EncodingOptions(addsSpecialTokens: false))
        else { return [] }
        let start = framed.indices.first { framed[$0...].starts(with: bare) } ?? 0
        return Array(framed[..<start])
    }

    /// Enough rows to keep the processor busy, not so many that logits take more than 64 MB.
    private func windowsAtOnce(context: Int) -> Int {
        max(1, min(2048 / context, (64 << 20) / (4 * context * model.shape.vocabularySize)))
    }
}

/// A text as tokens.
private struct EvaluatedText {
    let ids: [TokenID]
    let byteRanges: [Range<Int>]
    /// What stands at the start of every window.
    let begin: [TokenID]

    /// The tokens of a window; its first ones give way to those that begin a text, so that positions stay what they
    /// are.
    func tokens(of window: Range<Int>) -> [TokenID] {
        window.count > begin.count ? begin + ids[window].dropFirst(begin.count) : Array(ids[window])
    }
}

extension Perplexity {
    /// Adds windows of equal length.
    fileprivate mutating func add(
        _ windows: [EvaluationWindows.Window], of text: EvaluatedText, by source: TextModel, _ type: ElementType,
        _ cacheType: CacheType
    ) {
        let length = windows[0].range.count, model = source.model
        // Rows are computed in pieces, so that logits of a long window over a large vocabulary are never there all at
        // once.
        let piece = windows.count > 1 ? length : max(16, min(length, (64 << 20) / (4 * model.shape.vocabularySize)))
        // Without a state keys and values are in the type of the computation.
        let isPlain = piece == length && cacheType == CacheType(type)
        let states = windows.map { _ in isPlain ? nil : model.makeState(capacity: length, type: cacheType) }
        for start in stride(from: 0, to: length, by: piece) {
            let end = min(start + piece, length)
            let inputs = windows.flatMap { text.tokens(of: $0.range)[start ..< end] }
            let targets: [Int32] = windows.flatMap { window in
                (start ..< end).map { i in
                    let next = window.range.lowerBound + i + 1
                    return window.scored.contains(next) ? text.ids[next] : -1
                }
            }
            let batch = Batch(
                inputs,
                runs: states.map {
                    Batch.Run(count: end - start, state: $0, sequenceLength: length, adapter: source.adapter)
                })
            let logits = model.logits(batch, ForwardContext(computeType: type))
            nats -= logits.logProbabilities(of: targets).floats.reduce(0) { $0 + Double($1) }
        }
        for window in windows {
            tokens += window.scored.count
            bytes += window.scored.reduce(0) { $0 + text.byteRanges[$1].count }
        }
        self.windows += windows.count
    }
}
