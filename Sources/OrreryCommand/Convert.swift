import ArgumentParser
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryTerminal
import OrreryTokenizers

/// A model from one form to the other.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert a model between a GGUF file and a Hugging Face directory, and quantise it.",
        discussion: """
            An output that ends in .gguf becomes a GGUF file, which llama.cpp opens; any other a directory, which transformers opens. --type says how \
            matrices are stored: in a GGUF file f32, f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1, q2_k, q3_k_s, q3_k_m, q4_k_s, q4_k_m, q5_k_s, q5_k_m, q6_k, \
            iq4_nl, iq4_xs, mxfp4, by the names of llama-quantize; in a directory f32, f16, bf16. With --lora the adapter becomes part of the weights. \
            The output is there whole or not at all.
            """)

    @Argument(help: ModelPath.help)
    var model: ModelPath

    @Argument(help: "File ending in .gguf, or directory to make.")
    var out: String

    @OptionGroup var modelOption: ModelOption
    @OptionGroup var adapter: AdapterOption
    @OptionGroup var outOption: OutOption

    @Option(help: "How matrices are stored. (default: f16 in a GGUF file, f32 in a directory)")
    var type: WeightMix?

    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    @OptionGroup var overwriting: OverwriteOption

    func validate() throws {
        if !out.lowercased().hasSuffix(".gguf"), let type, ![.f32, .f16, .bf16].contains(type) {
            throw ValidationError("--type: expected f32, f16 or bf16 for a directory, found \(type.rawValue)")
        }
    }

    func run() throws {
        let input = try model.path()
        try processor.run {
            let destination = try ModelDestination(out, input: input, overwrite: overwriting.overwrite)
            let model = try ModelFiles.openAny(input, warn: ModelWarning.looking)
            try adapter.merge(into: model, input)
            let line = ProgressLine(logInterval: 10), start = ContinuousClock.now
            let interrupt = InterruptFlag()
            defer { interrupt.release() }
            let progress: (Int, Int) throws -> Void = { done, total in
                line.update(
                    TaskStatus(
                        "Writing \(out)", completed: Double(done), total: Double(total), unit: "bytes",
                        elapsedSeconds: (ContinuousClock.now - start).seconds))
                try interrupt.check()
            }
            let mix = type ?? (out.lowercased().hasSuffix(".gguf") ? .f16 : .f32)
            if out.lowercased().hasSuffix(".gguf") {
                try GGUFExport(model, name: self.model.title, mix: mix).write(
                    vocabulary: TokenizerParts(input).vocabulary(of: model) + pooling(model, input), to: destination,
                    warn: { standardError("orrery: warning: \($0)") }, progress: progress)
            } else {
                if FileStatus(Path.join(input, "modules.json")) != nil {
                    standardError(
                        "orrery: warning: \(input): modules.json and what it names are not written; \(out) is the encoder alone, whose vectors are means"
                    )
                }
                try HuggingFaceExport(model, mix: mix).write(
                    files: TokenizerParts(input).files(), to: destination, progress: progress)
            }
            line.finish(keepingLastLine: false)
            try report(try ModelInspection(path: out), mix)
        }
    }

    /// How an encoder's vectors become one.
    private func pooling(_ model: any Model, _ input: String) throws -> [(key: String, value: GGUFValue)] {
        model is any TextEncoder ? try SentenceModules(input).ggufPairs(architecture: "bert") : []
    }

    private func report(_ written: ModelInspection, _ mix: WeightMix) throws {
        guard output.json else {
            return try print(
                "\(out): \(Human.bytes(written.byteCount)) of weights in \(Human.number(written.tensors.count, "tensor")), \(mix.rawValue)"
            )
        }
        var o = JSONObject()
        o["out"] = JSONValue(out)
        o["type"] = JSONValue(mix.rawValue)
        o["tensors"] = JSONValue(written.tensors.count)
        o["bytes"] = JSONValue(written.byteCount)
        try output.print(o)
    }
}
