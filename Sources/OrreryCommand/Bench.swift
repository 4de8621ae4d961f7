import ArgumentParser

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure this machine, and how much of it the code reaches.",
        subcommands: [
            BenchModel.self,
            BenchKernels.self,
            BenchTraining.self,
            BenchTokenizer.self,
        ],
        defaultSubcommand: BenchModel.self)
}
