/// One step of a decoder at work: texts come in part by part, and go out as soon as nothing that follows can change
/// them.
///
/// That is what makes streaming exact although tokenizers' steps see all tokens at once. What a step cannot know yet it
/// withholds: a run of byte tokens until it ends, the last token before a suffix is replaced, characters that may be
/// stripped from the end, the start of what may be a match.
protocol DecodingStage: Sendable {
    /// What a stage gives: a part of a text, and whether the text ends with it.
    typealias Output = (_ part: [UInt8], _ isEnd: Bool) throws -> Void

    /// Takes a part of a text, whole characters.
    mutating func append(_ part: [UInt8], isEnd: Bool, _ next: Output) throws

    /// Takes the end of all texts.
    mutating func finish(_ next: Output) throws
}

extension DecodingStage {
    mutating func finish(_ next: Output) throws {}
}

/// A stage that needs each text whole.
protocol WholeTextStage: DecodingStage {
    var waiting: [UInt8] { get set }
    mutating func take(_ text: [UInt8], _ next: Output) throws
}

extension WholeTextStage {
    mutating func append(_ part: [UInt8], isEnd: Bool, _ next: Output) throws {
        guard isEnd else {
            waiting += part
            return
        }
        guard !waiting.isEmpty else { return try take(part, next) }
        let text = waiting + part
        waiting = []
        try take(text, next)
    }
}

/// The stages of a decoder, one behind the other.
struct DecodingChain: Sendable {
    private var stages: [any DecodingStage]

    /// - Parameters:
    ///   - decoder: nil puts a space between tokens, as tokenizers does.
    ///   - isContinuation: whether text has gone before, so that nothing is dropped as the first.
    ///   - keepsBytes: whether bytes that are no text by themselves come out as they are; for single pieces.
    init(_ decoder: PipelineDecoder?, isContinuation: Bool = false, keepsBytes: Bool = false) {
        let steps = decoder?.steps ?? []
        stages =
            decoder == nil
            ? [JoiningStage(isFirst: !isContinuation)]
            : steps.enumerated().map { index, step in
                step.stage(isContinuation: isContinuation, keepsBytes: keepsBytes, isLast: index == steps.count - 1)
            }
    }

    mutating func append(_ token: [UInt8], into bytes: inout [UInt8]) throws {
        try append(token, isEnd: true, to: 0, &bytes)
    }

    private mutating func append(_ part: [UInt8], isEnd: Bool, to stage: Int, _ bytes: inout [UInt8]) throws {
        guard stage < stages.count else {
            bytes += part
            return
        }
        var outputs: [([UInt8], Bool)] = []
        try stages[stage].append(part, isEnd: isEnd) { outputs.append(($0, $1)) }
        for (part, isEnd) in outputs { try append(part, isEnd: isEnd, to: stage + 1, &bytes) }
    }

    mutating func finish(into bytes: inout [UInt8]) throws {
        for stage in stages.indices {
            var outputs: [([UInt8], Bool)] = []
            try stages[stage].finish { outputs.append(($0, $1)) }
            for (part, isEnd) in outputs { try append(part, isEnd: isEnd, to: stage + 1, &bytes) }
        }
    }
}
