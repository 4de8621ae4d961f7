import ArgumentParser
import Foundation
import OrreryFiles
import OrreryHub
import OrreryTerminal
import OrreryTokenizers

/// How fast a tokenizer opens and encodes.
struct BenchTokenizer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "A tokenizer's speed: megabytes per second, and milliseconds to open its file.",
        discussion: """
            Each round opens the tokenizer anew, so that its caches of words are empty when it starts on the text, and encodes the text once, \
            special tokens as text. A megabyte is 10^6 bytes.
            """)

    @Argument(help: "Model directory, tokenizer's file, or byte.")
    var tokenizer: String

    @Option(help: ArgumentHelp("Text to encode.", valueName: "file"))
    var data: String

    @Option(
        help: ArgumentHelp(
            "The pattern, for files that do not say it (see orrery tokenize). (default: by the file's name)",
            valueName: "name|regex"))
    var pattern: String?

    @Option(
        help: ArgumentHelp(
            "Which of tiktoken's encodings a .tiktoken file is, where two have its vocabulary: o200k_harmony, p50k_edit. (default: the other one)",
            valueName: "name"))
    var encoding: String?

    @Option(name: [.customShort("t"), .long], help: "Threads to encode with. (default: the processor's cores)")
    var threads: Int?

    @Option(help: "Rounds.")
    var rounds = 5

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let threads, !(1 ... 1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
        if !(1 ... 1000).contains(rounds) { throw ValidationError("--rounds: expected 1 to 1000, found \(rounds)") }
    }

    func run() throws {
        let file = try MappedFile(path: data)
        guard file.count > 0 else { throw InputError("\(data): the file is empty; expected text") }
        let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        var (loads, speeds): ([Double], [Double]) = ([], [])
        var tokens = 0
        for _ in 0 ..< rounds {
            let (tokenizer, load) = try Self.timed { try open() }
            let options = EncodingOptions(recognizesSpecialTokens: false, addsSpecialTokens: false)
            let (ids, seconds) = try Self.timed {
                try file.withUnsafeBytes { bytes in
                    let text = bytes.assumingMemoryBound(to: UInt8.self)
                    return threads == 1
                        ? try tokenizer.encode(text, options: options)
                        : try tokenizer.encode(text, options: options, threads: threads)
                }
            }
            tokens = ids.count
            loads.append(load * 1e3)
            speeds.append(Double(file.count) / 1e6 / seconds)
        }
        try show(bytes: file.count, tokens: tokens, threads: threads, loads: loads.sorted(), speeds: speeds.sorted())
    }

    private func open() throws -> any Tokenizer {
        switch TokenizerKind(argument: tokenizer) {
        case .path(let path):
            try TokenizerLoader.load(
                path: Hub.localPath(of: path), pattern: pattern.map(SplitPattern.init(argument:)), encoding: encoding)
        case .byte: try ByteTokenizer()
        case .character, .bytePair:
            throw ValidationError(
                "\(tokenizer) has no file to open; expected a tokenizer's file, a model directory or byte")
        }
    }

    private static func timed<Result>(_ body: () throws -> Result) rethrows -> (Result, seconds: Double) {
        let start = ContinuousClock.now
        let result = try body()
        return (result, (ContinuousClock.now - start) / .seconds(1))
    }

    /// - Parameters: `loads` and `speeds` ascend.
    private func show(bytes: Int, tokens: Int, threads: Int, loads: [Double], speeds: [Double]) throws {
        func median(_ values: [Double]) -> Double { (values[(values.count - 1) / 2] + values[values.count / 2]) / 2 }
        if output.json {
            var object = JSONObject()
            object["tokenizer"] = JSONValue(tokenizer)
            object["mb_per_s"] = JSONValue(median(speeds))
            object["best_mb_per_s"] = JSONValue(speeds.last!)
            object["tokens"] = JSONValue(tokens)
            object["bytes"] = JSONValue(bytes)
            object["load_ms"] = JSONValue(median(loads))
            object["best_load_ms"] = JSONValue(loads[0])
            object["threads"] = JSONValue(threads)
            object["rounds"] = JSONValue(rounds)
            return try output.print(object)
        }
        func number(_ value: Double) -> String { Human.fixed(value, decimals: 1) }
        try print(
            "\(number(median(speeds))) MB/s (best \(number(speeds.last!))), \(Human.number(tokens, "token")) of \(Human.bytes(bytes)), \(Human.number(threads, "thread"))"
        )
        try print(
            "\(number(median(loads))) ms to open (best \(number(loads[0]))); medians of \(rounds) rounds, each with empty caches"
        )
    }
}
