import OrreryRandom

/// A small closed world, written down: the text on which a first model learns in about a minute, and on which
/// everything that is shown afterwards can be seen.
///
/// The text of a seed is always the same text. Each document has a generator of its own, made from the seed and the
/// document's number, so any document can be had without those before it.
public struct DemoCorpus: Sendable {
    /// What stands between two documents: one blank line. No document has one inside.
    public static let documentSeparator = "\n\n"

    /// Enough for one pass of about a minute on two processor cores with a model of one or two million parameters.
    public static let defaultByteCount = 1_000_000

    public let seed: UInt64

    /// - Parameter seed: another seed is another text of the same world, for example to evaluate on.
    public init(seed: UInt64 = 1) {
        self.seed = seed
    }

    /// Whole documents, each followed by the separator, until there are at least so many bytes. The text is pure ASCII,
    /// so bytes and characters are the same.
    public func text(minimumBytes: Int = DemoCorpus.defaultByteCount) -> String {
        var text = ""
        text.reserveCapacity(minimumBytes + 2_000)
        var index = 0
        while text.utf8.count < minimumBytes {
            text += document(at: index).text
            text += DemoCorpus.documentSeparator
            index += 1
        }
        return text
    }

    /// All documents, without end.
    public func documents() -> some Sequence<DemoDocument> & Sendable {
        let corpus = self
        return DemoStream { corpus.document(at: $0) }
    }

    /// The document of that number, counted from 0.
    public func document(at index: Int) -> DemoDocument {
        var random = SplitMix64(seed: seed, stream: UInt64(index))
        switch random.pick(weighted: Self.mixture) {
        case .story: return StoryWriter.document(random: &random)
        case .portrait: return PortraitWriter.document(random: &random)
        case .questions: return QuestionWriter.document(random: &random)
        case .weather: return WeatherWriter.document(random: &random)
        case .arithmetic: return ArithmeticWriter.document(random: &random)
        case .program: return ProgramWriter.document(random: &random)
        case .craft: return CraftWriter.document(random: &random)
        case .examples: return ExamplesWriter.document(random: &random)
        case .twoMeanings: return TwoMeaningsWriter.document(random: &random)
        case .translation: return TranslationWriter.document(random: &random)
        }
    }

    /// How many documents of each kind there are in a hundred.
    private static let mixture: [(DemoDocument.Kind, weight: Int)] = [
        (.story, 20), (.portrait, 12), (.questions, 15), (.weather, 6), (.arithmetic, 9),
        (.program, 10), (.craft, 8), (.examples, 9), (.twoMeanings, 4), (.translation, 7),
    ]
}

/// Items made one by one from their number.
struct DemoStream<Element>: Sequence, IteratorProtocol, Sendable {
    let item: @Sendable (Int) -> Element
    private var index = 0

    init(item: @escaping @Sendable (Int) -> Element) {
        self.item = item
    }

    mutating func next() -> Element? {
        defer { index += 1 }
        return item(index)
    }
}
