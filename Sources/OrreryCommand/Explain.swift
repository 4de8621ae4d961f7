import ArgumentParser
import Kernels
import OrreryGeneration
import OrreryModels
import OrreryTerminal

/// The six steps from a prompt to the next token, with this model's own numbers.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Show the six steps from a prompt to the next token: tokens, embeddings, layers, distribution, choice, loop.",
        discussion:
            "With the sampling flags and the seed of orrery generate, it explains the very token that generate chooses first."
    )

    @Argument(help: ModelPath.help)
    var model: ModelPath

    @OptionGroup var modelOption: ModelOption

    @Argument(help: "Text to continue; - reads it from standard input.")
    var prompt: String

    @OptionGroup var promptOption: PromptOption

    @OptionGroup var sampling: SamplingFlags

    @Option(name: [.customShort("n"), .long], help: "Rounds of the loop to show.")
    var maxTokens = 8

    @Option(help: "Candidates for the next token to list.")
    var top = 10

    @Option(help: "Draw the whole attention of one head: its layer, from 0; with --head. (default: none)")
    var layer: Int?

    @Option(help: "The head, from 0; with --layer. (default: none)")
    var head: Int?

    @OptionGroup var compute: ComputeOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if (layer == nil) != (head == nil) { throw ValidationError("--layer and --head: expected both or neither") }
        if !(1 ... 1000).contains(maxTokens) {
            throw ValidationError("--max-tokens: expected 1 to 1000, found \(maxTokens)")
        }
        if !(1 ... 100).contains(top) { throw ValidationError("--top: expected 1 to 100, found \(top)") }
    }

    /// The head to draw, if there is to be one.
    private func pattern(_ shape: ModelShape) throws -> (layer: Int, head: Int)? {
        guard let layer, let head else { return nil }
        for (flag, value, count) in [("--layer", layer, shape.layers), ("--head", head, shape.heads)]
        where !(0 ..< count).contains(value) {
            throw ValidationError("\(flag): expected 0 to \(count - 1), found \(value)")
        }
        return (layer, head)
    }

    func run() throws {
        try processor.run(compute) {
            let source = try TextModel.open(model.text, warn: ModelWarning.using)
            let pattern = try pattern(source.model.shape)
            let explanation = try source.explain(
                PromptText.read(prompt),
                ExplanationOptions(
                    sampling: sampling.options(suggested: source.suggestedSampling),
                    computeType: compute.type(default: Processor.current.fastestType),
                    rounds: maxTokens, candidates: top, pattern: pattern))
            if output.json { return try output.print(explanation.json) }
            let out = Terminal.standardOutput
            try out.writeLine(ExplanationPage(explanation, width: out.width, appearance: out.appearance).render())
        }
    }
}
