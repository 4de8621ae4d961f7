/// A pattern ready to cut.
package struct WordSplitter: Sendable {
    enum Cutter: Sendable {
        case gpt2(GPT2Scanner)
        case cl100k(CL100KScanner)
        case o200k(O200KScanner)
        case none(WholeTextScanner)
        case regex(RegexSplitter)
        case steps(SteppedSplitter)
    }

    let cutter: Cutter
    /// What the scanners ask about characters.
    let classes: CharacterClassTable

    init(_ cutter: Cutter, _ classes: CharacterClassTable = .unicode16) {
        (self.cutter, self.classes) = (cutter, classes)
    }

    /// - Throws: `TokenizerError` if the pattern is not a regular expression.
    package init(_ pattern: SplitPattern) throws {
        switch pattern {
        case .gpt2: self.init(.gpt2(GPT2Scanner()))
        case .cl100k: self.init(.cl100k(CL100KScanner(maximalDigits: 3, keepsEndWhole: true)))
        case .llama3: self.init(.cl100k(CL100KScanner(maximalDigits: 3, keepsEndWhole: false)))
        case .qwen2: self.init(.cl100k(CL100KScanner(maximalDigits: 1, keepsEndWhole: false)))
        case .o200k: self.init(.o200k(O200KScanner()))
        case .tekken: self.init(.o200k(O200KScanner(maximalDigits: 1, contractions: nil)))
        case .starcoder:
            self.init(
                .steps(
                    SteppedSplitter(
                        steps: [.numbers(.fromLeft(1), .unicode16), .scanner(GPT2Scanner(), .unicode16)],
                        cutsBetweenWords: true)))
        case .deepseek3:
            let steps: [SteppedSplitter.Step] = [
                .numbers(.fromLeft(3), .deepSeek), .scanner(HanRunScanner(), .deepSeek),
                .scanner(DeepSeekScanner(), .deepSeek),
            ]
            self.init(.steps(SteppedSplitter(steps: steps, cutsBetweenWords: true)))
        case .none: self.init(.none(WholeTextScanner()))
        case .regex(let regex): self.init(.regex(try RegexSplitter(regex)))
        }
    }

    /// Whether white space after a letter or a number always starts a word, whatever is around: true of all scanners,
    /// unknown of others.
    var cutsBetweenWords: Bool {
        switch cutter {
        case .gpt2, .cl100k, .o200k: true
        case .steps(let splitter): splitter.cutsBetweenWords
        case .none, .regex: false
        }
    }

    /// The ends of the words of `utf8`, ascending.
    func wordEnds(of utf8: UnsafeBufferPointer<UInt8>) throws -> [Int] {
        guard utf8.count > 0 else { return [] }
        let text = ScannedText(utf8, classes)
        let scanner: any WordScanner =
            switch cutter {
            case .gpt2(let scanner): scanner
            case .cl100k(let scanner): scanner
            case .o200k(let scanner): scanner
            case .none(let scanner): scanner
            case .regex(let splitter): ListedEnds(try splitter.wordEnds(of: utf8))
            case .steps(let splitter): ListedEnds(try splitter.wordEnds(of: utf8))
            }
        var ends: [Int] = []
        while (ends.last ?? 0) < text.count { ends.append(scanner.endOfWord(in: text, from: ends.last ?? 0)) }
        return ends
    }
}

extension BytePairEncoder {
    /// Appends the tokens of `utf8`, cut into words by `splitter`: the loop is compiled once per scanner.
    ///
    /// - Precondition: `utf8` is not empty.
    func encode(_ utf8: UnsafeBufferPointer<UInt8>, _ splitter: WordSplitter, into ids: inout [TokenID]) throws {
        let text = ScannedText(utf8, splitter.classes)
        switch splitter.cutter {
        case .gpt2(let scanner): try encode(text, scanner, into: &ids)
        case .cl100k(let scanner): try encode(text, scanner, into: &ids)
        case .o200k(let scanner): try encode(text, scanner, into: &ids)
        case .none(let scanner): try encode(text, scanner, into: &ids)
        case .regex(let splitter): try encode(text, ListedEnds(try splitter.wordEnds(of: utf8)), into: &ids)
        case .steps(let splitter): try encode(text, ListedEnds(try splitter.wordEnds(of: utf8)), into: &ids)
        }
    }
}

extension SplitPattern {
    /// The ends of the words of `utf8`, ascending.
    package func wordEnds(of utf8: UnsafeBufferPointer<UInt8>) throws -> [Int] {
        try WordSplitter(self).wordEnds(of: utf8)
    }
}
