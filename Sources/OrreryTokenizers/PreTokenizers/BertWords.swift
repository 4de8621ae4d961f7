/// Cuts a text into BERT's words, and keeps where in the text each of their bytes is from.
struct BertWords {
    /// One word as the model reads it.
    struct Word {
        var bytes: [UInt8] = []
        /// For each byte the range in the text of the character that it is made from; empty unless asked for.
        var sources: [Range<Int>] = []
        var characterCount = 0
    }

    private let rules: BertRules
    private let recordsSources: Bool
    private var word = Word()
    /// What is left of a run of marks, waiting to be sorted.
    private var marks: [(order: UInt8, step: BertRules.Step, source: Range<Int>)] = []
    /// The steps of characters that were seen.
    private var known: [Unicode.Scalar: [BertRules.Step]] = [:]

    init(_ rules: BertRules, recordsSources: Bool) { (self.rules, self.recordsSources) = (rules, recordsSources) }

    /// Calls `body` with each word of `text`, in order.
    mutating func forEachWord(of text: UnsafeBufferPointer<UInt8>, _ body: (Word) throws -> Void) rethrows {
        var position = 0
        while position < text.count {
            let scalar: Unicode.Scalar
            let length: Int
            switch UTF8Step(text, at: position) {
            case .scalar(let read, let count): (scalar, length) = (read, count)
            case .invalid(let count): (scalar, length) = ("\u{FFFD}", rules.readsDamageByteByByte ? 1 : count)
            case .incomplete: (scalar, length) = ("\u{FFFD}", rules.readsDamageByteByByte ? 1 : text.count - position)
            }
            for step in steps(of: scalar) { try take(step, position ..< position + length, body) }
            position += length
        }
        try flushMarks(body)
        try finishWord(body)
    }

    private mutating func steps(of scalar: Unicode.Scalar) -> [BertRules.Step] {
        if let steps = known[scalar] { return steps }
        let steps = rules.steps(of: scalar)
        known[scalar] = steps
        return steps
    }

    private mutating func take(_ step: BertRules.Step, _ source: Range<Int>, _ body: (Word) throws -> Void) rethrows {
        if case .letter(let scalar) = step, scalar.value >= 0x300 {
            let order = rules.order(of: scalar)
            if order != 0 {
                marks.append((order, step, source))
                return
            }
        }
        if !marks.isEmpty { try flushMarks(body) }
        try apply(step, source, body)
    }

    private mutating func flushMarks(_ body: (Word) throws -> Void) rethrows {
        // Stable: marks of one class keep their order.
        for mark in marks.enumerated().sorted(by: { ($0.element.order, $0.offset) < ($1.element.order, $1.offset) }) {
            try apply(mark.element.step, mark.element.source, body)
        }
        marks.removeAll(keepingCapacity: true)
    }

    private mutating func apply(_ step: BertRules.Step, _ source: Range<Int>, _ body: (Word) throws -> Void) rethrows {
        switch step {
        case .gap: try finishWord(body)
        case .letter(let scalar): append(scalar, source)
        case .alone(let scalar):
            try finishWord(body)
            append(scalar, source)
            try finishWord(body)
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar, _ source: Range<Int>) {
        let count = word.bytes.count
        word.bytes.append(contentsOf: UTF8.encode(scalar)!)
        if recordsSources { word.sources += repeatElement(source, count: word.bytes.count - count) }
        word.characterCount += 1
    }

    private mutating func finishWord(_ body: (Word) throws -> Void) rethrows {
        guard !word.bytes.isEmpty else { return }
        try body(word)
        word.bytes.removeAll(keepingCapacity: true)
        word.sources.removeAll(keepingCapacity: true)
        word.characterCount = 0
    }
}
