import ArgumentParser
import Foundation
import OrreryFiles
import OrreryTerminal
import OrreryTokenizerTraining
import OrreryTokenizers

/// Learns a tokenizer from text.
struct TokenizerTrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Learn a tokenizer from text.",
        discussion: """
            --out says the format: tokenizer.json (any name that ends in .json), or a directory for it and its configuration; for bpe also vocab.json, \
            which merges.txt goes next to, and .tiktoken; for sentencepiece-bpe and unigram also .model; for wordpiece also .txt. Nothing is \
            written unless the training ends.
            """)

    @OptionGroup var options: TrainerOptions
    @OptionGroup var output: OutputOptions

    @Option(parsing: .upToNextOption, help: "Text files, or directories of text files.") var data: [String]
    @Option(name: [.customShort("o"), .long], help: "Where the tokenizer goes.") var out: String
    @OptionGroup var overwriting: OverwriteOption
    @Option(name: [.customShort("t"), .long], help: "Threads that count words. (default: the processor's cores)")
    var threads: Int?
    @Option(
        help:
            "Megabytes for the table of distinct words; rare words of a larger one are forgotten. (default: an eighth of the memory)"
    )
    var wordMemory: Int?

    func validate() throws {
        if data.isEmpty { throw ValidationError("--data: expected text files or directories, found nothing") }
        if let threads, !(1 ... 1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
        if let wordMemory, !(1 ... 1 << 22).contains(wordMemory) {
            throw ValidationError("--word-memory: expected 1 to 4194304 MB, found \(wordMemory)")
        }
    }

    func run() throws {
        let trainer = try options.trainer(try resources())
        let destination = try TokenizerDestination(out, trainer.kind)
        let files = try files(), outputs = overwriting.outputs(inputs: files)
        try destination.paths.forEach { try outputs.require($0, replacing: TokenizerDestination.isTokenizer) }
        try FreeSpace.requireSpace(options.vocab * 128, at: out)
        let corpus = try TrainingCorpus(files: files, unit: trainer.unit)

        let result = try TrainerDisplay().show(trainer.kind.rawValue) { report in
            try trainer.train(on: corpus, report: report)
        }
        try destination.write(result.tokenizer)
        if result.report.forgottenWords > 0 {
            standardError(
                "orrery: warning: \(result.report.forgottenWords) rare words were forgotten to stay within --word-memory: counts are not exact"
            )
        }
        if result.tokenizer.vocabularySize < options.vocab {
            standardError(
                "orrery: warning: the text gives no more than \(Human.number(result.tokenizer.vocabularySize, "token")), of the \(Human.exact(options.vocab)) of --vocab"
            )
        }
        if result.report.skippedLines > 0 {
            standardError(
                "orrery: warning: \(result.report.skippedLines) lines of \(Human.bytes(result.report.skippedBytes)) in all were skipped: sentencepiece's trainers "
                    + "take lines of at most \(trainer.sentencePiece.longestLine) bytes, without \u{2585}; cut long lines, or use --kind bpe"
            )
        }
        if output.json { try output.print(json(result)) } else { try print(summary(result)) }
    }

    private func resources() throws -> TokenizerTrainer.Resources {
        var resources = TokenizerTrainer.Resources()
        if let threads { resources.threads = threads }
        if let wordMemory { resources.wordMemory = wordMemory * 1_000_000 }
        // Learning holds the words as symbols, with the places of all pairs.
        let (needed, memory) = (Double(resources.wordMemory) * 4, Double(ProcessInfo.processInfo.physicalMemory))
        guard needed <= 0.9 * memory else {
            throw ValidationError(
                "--word-memory: learning from words of \(resources.wordMemory / 1_000_000) MB may take \(Human.bytes(needed)) and the machine has \(Human.bytes(memory)); expected less"
            )
        }
        return resources
    }

    private func files() throws -> [String] {
        let files = try data.flatMap { path in
            guard FileStatus(path)?.kind == .directory else { return [path] }
            let files = try TrainingCorpus.textFiles(in: path)
            guard !files.isEmpty else {
                throw FileError.request(path, "has no text file in it", advice: "name a directory of text files")
            }
            return files
        }
        return files
    }

    private func summary(_ result: TokenizerTrainer.Result) -> String {
        let report = result.report
        let perToken = report.tokens > 0 ? Human.fixed(Double(report.bytes) / Double(report.tokens), decimals: 3) : "no"
        let text =
            "\(out): \(Human.number(result.tokenizer.vocabularySize, "token")) from \(Human.bytes(report.bytes)) of text, \(Human.count(report.words)) distinct words; "
            + "\(perToken) bytes per token; \(Human.duration(seconds: report.countingSeconds + report.learningSeconds))"
        let terminal = Terminal.standardOutput
        return terminal.isTerminal ? TextLayout.wrapped(text, to: terminal.width) : text
    }

    private func json(_ result: TokenizerTrainer.Result) -> JSONObject {
        let report = result.report
        var object = JSONObject()
        object["kind"] = .string(options.kind)
        object["out"] = .string(out)
        object["vocabulary"] = JSONValue(result.tokenizer.vocabularySize)
        object["merges"] = result.mergeCount.map { JSONValue($0) } ?? .null
        object["bytes"] = JSONValue(report.bytes)
        object["words"] = JSONValue(report.words)
        object["forgotten_words"] = JSONValue(report.forgottenWords)
        object["skipped_lines"] = JSONValue(report.skippedLines)
        object["skipped_bytes"] = JSONValue(report.skippedBytes)
        object["tokens"] = JSONValue(report.tokens)
        object["bytes_per_token"] = report.tokens > 0 ? JSONValue(Double(report.bytes) / Double(report.tokens)) : .null
        object["counting_seconds"] = JSONValue(report.countingSeconds)
        object["learning_seconds"] = JSONValue(report.learningSeconds)
        object["seconds"] = JSONValue(report.countingSeconds + report.learningSeconds)
        return object
    }
}
