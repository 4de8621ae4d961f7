import ArgumentParser

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure this machine and what the code reaches of it.",
        subcommands: [
            BenchModel.self,
            BenchKernels.self,
            BenchTraining.self,
            BenchTokenizer.self,
        ],
        defaultSubcommand: BenchModel.self)
}
