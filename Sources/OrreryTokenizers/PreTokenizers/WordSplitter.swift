/// A `SplitPattern` ready to cut.
enum WordSplitter: Sendable {
    case gpt2(GPT2Scanner)
    case cl100k(CL100KScanner)
    case o200k(O200KScanner)
    case none(WholeTextScanner)
    case regex(RegexSplitter)

    /// - Throws: `TokenizerError` if the pattern is not a regular expression.
    init(_ pattern: SplitPattern) throws {
        self =
            switch pattern {
            case .gpt2: .gpt2(GPT2Scanner())
            case .cl100k: .cl100k(CL100KScanner(maximalDigits: 3, keepsEndWhole: true))
            case .llama3: .cl100k(CL100KScanner(maximalDigits: 3, keepsEndWhole: false))
            case .qwen2: .cl100k(CL100KScanner(maximalDigits: 1, keepsEndWhole: false))
            case .o200k: .o200k(O200KScanner())
            case .none: .none(WholeTextScanner())
            case .regex(let regex): .regex(try RegexSplitter(regex))
            }
    }

    /// The ends of the words of `utf8`, ascending.
    func wordEnds(of utf8: UnsafeBufferPointer<UInt8>) throws -> [Int] {
        guard utf8.count > 0 else { return [] }
        let text = ScannedText(utf8)
        let scanner: any WordScanner =
            switch self {
            case .gpt2(let scanner): scanner
            case .cl100k(let scanner): scanner
            case .o200k(let scanner): scanner
            case .none(let scanner): scanner
            case .regex(let splitter): ListedEnds(try splitter.wordEnds(of: utf8))
            }
        var ends: [Int] = []
        while (ends.last ?? 0) < text.count { ends.append(scanner.endOfWord(in: text, from: ends.last ?? 0)) }
        return ends
    }
}

extension BytePairEncoder {
    /// Appends the tokens of `text`, cut into words by `splitter`: the loop is compiled once per scanner.
    func encode(_ text: ScannedText, _ splitter: WordSplitter, into ids: inout [TokenID]) throws {
        switch splitter {
        case .gpt2(let scanner): try encode(text, scanner, into: &ids)
        case .cl100k(let scanner): try encode(text, scanner, into: &ids)
        case .o200k(let scanner): try encode(text, scanner, into: &ids)
        case .none(let scanner): try encode(text, scanner, into: &ids)
        case .regex(let splitter): try encode(text, ListedEnds(try splitter.wordEnds(of: text.buffer)), into: &ids)
        }
    }
}
