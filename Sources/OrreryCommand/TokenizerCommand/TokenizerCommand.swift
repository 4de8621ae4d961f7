import ArgumentParser

/// Makes tokenizers and turns one format into another.
struct TokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer", abstract: "Train a tokenizer, or convert one from one format to another.",
        subcommands: [TokenizerTrain.self, TokenizerConvert.self])
}
