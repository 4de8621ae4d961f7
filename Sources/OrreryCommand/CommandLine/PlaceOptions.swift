import ArgumentParser
import OrreryFiles

/// `-m MODEL` for the argument <model>. `CommandWords` puts it in that place before anything is parsed, so that the
/// value here is never set.
struct ModelOption: ParsableArguments {
    @Option(name: [.customShort("m"), .customLong("model")], help: "The same as <model>, as an option.")
    var model: String?
}

/// `-o OUT` for the argument <out>, as `ModelOption`.
struct OutOption: ParsableArguments {
    @Option(name: [.customShort("o"), .customLong("out")], help: "The same as <out>, as an option.")
    var out: String?
}

/// `-p PROMPT` for the argument <prompt>, as `ModelOption`.
struct PromptOption: ParsableArguments {
    @Option(name: [.customShort("p"), .customLong("prompt")], help: "The same as <prompt>, as an option.")
    var prompt: String?
}

/// `--overwrite`: without it nothing that is there is replaced.
struct OverwriteOption: ParsableArguments {
    @Flag(help: "Replace what is at the output.")
    var overwrite = false

    /// - Parameter inputs: what the command reads, which is never replaced.
    func outputs(inputs: [String]) -> OutputGuard { OutputGuard(overwrite: overwrite, inputs: inputs) }
}
