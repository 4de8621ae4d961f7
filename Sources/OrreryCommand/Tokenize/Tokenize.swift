import ArgumentParser
import Foundation
import OrreryFiles
import OrreryHub
import OrreryTerminal
import OrreryTokenizerTraining
import OrreryTokenizers

/// Cuts a text into tokens and shows them.
struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Cut a text into tokens: text in colour, ids, counts, merges, statistics; several tokenizers side by side.",
        discussion: """
            TOKENIZER is a model directory, a tokenizer's file (tokenizer.json, .tiktoken, vocab.json next to merges.txt, a SentencePiece .model, \
            .gguf, vocab.txt), byte, or char or bpe:SIZE, which take their vocabulary from the text. What looks like a special token in the text is text, \
            unless --parse-special says otherwise; the tokens that frame a text are added, unless --no-special says otherwise. \
            With --decode the text is one of ids, numbers with spaces or commas between them or JSON, and they become the text that they stand for.
            """)

    @Argument(help: "Model directory, tokenizer's file, byte or char.")
    var tokenizer: String

    @Argument(help: "The text's file; - or nothing reads standard input. With --decode also the ids themselves.")
    var file: String?

    @Option(help: "The text itself, in place of a file. (default: the file, or standard input)")
    var text: String?

    @OptionGroup var view: TokenizeView
    @OptionGroup var encoding: TokenizeEncoding
    @OptionGroup var output: OutputOptions

    @Option(name: [.customShort("t"), .long], help: "Threads to encode with. (default: the processor's cores)")
    var threads: Int?

    func validate() throws {
        if file != nil && text != nil { throw ValidationError("a file and --text: expected one of them") }
        if let threads, !(1 ... 1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
        if !encoding.others.isEmpty,
            view.mode == .ids || view.mode == .pieces || view.mode == .count || view.mode == .merges
                || view.mode == .decode
        {
            throw ValidationError(
                "--compare and --\(view.mode!.rawValue): expected one of them; --compare shows counts side by side")
        }
    }

    func run() throws {
        if view.mode == .decode { return try decode() }
        let source = try TokenizeSource(file: file, text: text)
        let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        try source.withText { text in
            let job = TokenizeJob(
                name: tokenizer, tokenizer: try encoding.load(tokenizer, text: text), text: text,
                options: encoding.options, threads: threads, source: source.name)
            if !encoding.others.isEmpty {
                let others = try encoding.others.map { name in
                    TokenizeJob(
                        name: name, tokenizer: try encoding.load(name, text: text), text: text,
                        options: encoding.options, threads: threads, source: source.name)
                }
                return try TokenizerComparison([job] + others, view.measures).show(output)
            }
            if output.json { return try TokenizeJSON(job, view).write() }
            switch view.mode {
            case .ids: try TokenLines.writeIDs(job)
            case .pieces: try TokenLines.writePieces(job)
            case .count: try print(try job.count())
            case .merges: try MergePage(job).write()
            case .stats: try TokenStatistics(job).show(view.measures)
            case nil, .decode: try TokenLines.writeStrip(job)
            }
        }
    }

    private func decode() throws {
        let isArgument = file.map { TokenIDText.looksLikeIDs($0) && FileStatus($0) == nil } == true
        if !isArgument, let file, file != "-", FileStatus(file) == nil {
            throw FileError.request(file, "does not exist", advice: "give ids, as 258 32 262, or a file of them")
        }
        let source = try isArgument ? TokenizeSource(file: nil, text: file) : TokenizeSource(file: file, text: text)
        if [TokenizerKind.character].contains(TokenizerKind(argument: tokenizer)) {
            throw ValidationError(
                "--decode: char takes its vocabulary from a text, and ids are none; name a saved tokenizer")
        }
        try source.withText { bytes in
            let loaded = try encoding.load(tokenizer, text: UnsafeBufferPointer(start: nil, count: 0))
            let ids = try TokenIDText.ids(
                in: String(decoding: bytes, as: UTF8.self), source: source.name, vocabulary: loaded.vocabularySize)
            try TokenDecoding(name: tokenizer, tokenizer: loaded, ids: ids, skipsSpecialTokens: encoding.noSpecial)
                .write(output)
        }
    }
}

/// What to show of the tokens.
struct TokenizeView: ParsableArguments {
    enum Mode: String, EnumerableFlag {
        case ids, pieces, count, merges, stats, decode

        static func help(for value: Mode) -> ArgumentHelp? {
            switch value {
            case .ids: "Print the ids, separated by spaces."
            case .pieces: "Print one token per line: place, id, bytes in the text, text of the token."
            case .count: "Print the number of tokens."
            case .merges: "Replay how each word was built, merge by merge, from the tokenizer's own tables."
            case .stats: "Print tokens per word, bytes per token, the share of a context window, the cost."
            case .decode:
                "Turn ids into the text that they stand for, exactly; with --no-special without the tokens that frame it."
            }
        }
    }

    @Flag var mode: Mode?

    @Option(
        name: [.customShort("c"), .long],
        help: ArgumentHelp(
            "The context window in tokens, for --stats and --compare. (default: none)", valueName: "tokens"))
    var context: Int?

    @Option(
        help: ArgumentHelp(
            "The price of a million tokens in any currency, for --stats and --compare. (default: none)",
            valueName: "price"))
    var pricePerMillion: Double?

    func validate() throws {
        if let context, context < 1 { throw ValidationError("--context: expected at least 1, found \(context)") }
        if let pricePerMillion, !(pricePerMillion >= 0 && pricePerMillion.isFinite) {
            throw ValidationError("--price-per-million: expected 0 or more, found \(pricePerMillion)")
        }
    }

    var measures: TokenMeasures { TokenMeasures(context: context, pricePerMillion: pricePerMillion) }
}

/// How the text becomes tokens, and by which tokenizers.
struct TokenizeEncoding: ParsableArguments {
    @Option(
        name: .customLong("compare"),
        help: ArgumentHelp(
            "Another tokenizer, to compare with side by side. May be given several times. (default: none)",
            valueName: "tokenizer"))
    var others: [String] = []

    @Flag(help: "Omit the tokens that frame a text.")
    var noSpecial = false

    @Flag(help: "Read text that spells a special token as that token.")
    var parseSpecial = false

    @Option(
        help: ArgumentHelp(
            "How text is cut into words, where the file does not say (.tiktoken, vocab.json): r50k, p50k, cl100k, o200k, llama3, qwen2, none, or a regular expression. (default: by the file's name)",
            valueName: "name|regex"))
    var pattern: String?

    @Option(
        help: ArgumentHelp(
            "Which of tiktoken's encodings a .tiktoken file is, where two have its vocabulary: o200k_harmony, p50k_edit. With --compare, for those that are .tiktoken files with it. (default: the other one)",
            valueName: "name"))
    var encoding: String?

    var options: EncodingOptions {
        EncodingOptions(recognizesSpecialTokens: parseSpecial, addsSpecialTokens: !noSpecial)
    }

    /// The tokenizer of this name. With --compare, pattern and encoding are for those of the tokenizers whose file does
    /// not say.
    func load(_ name: String, text: UnsafeBufferPointer<UInt8>) throws -> any Tokenizer {
        guard case .path(let named) = TokenizerKind(argument: name) else {
            return try TokenizerKind(argument: name).makeTokenizer(training: text)
        }
        let path = try Hub.localPath(of: named), pattern = pattern.map { SplitPattern(argument: $0) }
        if !others.isEmpty {
            // A choice that does not fit this file is for another one.
            if let encoding, let tokenizer = try? TokenizerLoader.load(path: path, encoding: encoding) {
                return tokenizer
            }
            if let tokenizer = try? TokenizerLoader.load(path: path) { return tokenizer }
            return try TokenizerLoader.load(path: path, pattern: pattern)
        }
        return try TokenizerLoader.load(path: path, pattern: pattern, encoding: encoding, warn: ModelWarning.using)
    }
}
