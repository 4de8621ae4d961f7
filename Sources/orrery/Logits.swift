import ArgumentParser
import Kernels
import OrreryFiles
import OrreryModels

/// The numbers themselves, to compare with any other implementation.
struct Logits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model's logits and hidden states for given token ids to a safetensors file.",
        discussion: """
            The ids are a JSON list of equally long lists: [[1, 5, 9], [4, 4, 2]]. The file receives input_ids [B, T] int32 and logits \
            [B, T, V] float32, and with --hidden the residual stream hidden.<i> [B, T, D] after layer i, 0 being the embeddings; as in \
            transformers the last one has gone through the final norm. With --greedy the ids are continued, the likeliest token at each step, with the \
            keys and values of earlier positions kept: greedy [B, T + N] int32.
            """)

    @Argument(help: "Model directory. It needs no tokenizer.")
    var model: String

    @Option(help: ArgumentHelp("Token ids as JSON; - reads standard input.", valueName: "file"))
    var ids: String

    @Option(help: ArgumentHelp("Safetensors file to write.", valueName: "file"))
    var out: String

    @Flag(help: "Write the hidden states too.")
    var hidden = false

    @Option(help: ArgumentHelp("Continue each list by this many tokens.", valueName: "count"))
    var greedy = 0

    @OptionGroup var compute: ComputeOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if greedy < 0 { throw ValidationError("--greedy: expected at least 0, found \(greedy)") }
    }

    func run() throws {
        try processor.run {
            let model = try ModelFiles.open(self.model) { standardError("orrery: warning: \($0)") }
            let path = ids == "-" ? "/dev/stdin" : ids
            let sequences = try TokenIDFile.read(path, vocabulary: model.shape.vocabularySize, context: model.shape.contextLength)
            let room = model.shape.contextLength - sequences[0].count
            guard greedy <= room else { throw ValidationError("--greedy: expected at most \(room), what is left of the model's context, found \(greedy)") }
            let writer = LogitsWriter(
                model: model, sequences: sequences, computeType: compute.type(standard: .float32), writesHidden: hidden, continued: greedy)
            let start = ContinuousClock.now
            try writer.write(to: out)
            report(model, writer, seconds: (ContinuousClock.now - start).seconds)
        }
    }

    private func report(_ model: any LanguageModel, _ writer: LogitsWriter, seconds: Double) {
        let (count, length) = (writer.sequences.count, writer.length)
        guard output.json else {
            let states = hidden ? " and \(model.shape.layers + 1) hidden states of width \(model.shape.width)" : ""
            print("\(out): logits of \(count) x \(length) positions over \(model.shape.vocabularySize) tokens\(states), in \(writer.computeType.name)")
            return
        }
        var o = JSONObject()
        o["out"] = JSONValue(out)
        o["sequences"] = JSONValue(count)
        o["positions"] = JSONValue(length)
        o["vocabulary"] = JSONValue(model.shape.vocabularySize)
        o["layers"] = JSONValue(model.shape.layers)
        o["width"] = JSONValue(model.shape.width)
        o["dtype"] = JSONValue(writer.computeType.name)
        o["tensors"] = JSONValue(writer.names)
        o["seconds"] = JSONValue(seconds)
        o["tokens_per_s"] = JSONValue(Double(count * length) / seconds)
        output.print(o)
    }
}
