import ArgumentParser

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measure this machine and what the code reaches of it.", subcommands: [BenchKernels.self, BenchTraining.self, BenchTokenizer.self])
}
