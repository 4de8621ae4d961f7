import ArgumentParser
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTerminal

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

    @Argument(help: "\(ModelPath.forms) It needs no tokenizer.")
    var model: ModelPath

    @OptionGroup var modelOption: ModelOption
    @OptionGroup var adapter: AdapterOption

    @Option(help: ArgumentHelp("Token ids as JSON; - reads standard input.", valueName: "file"))
    var ids: String

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("Safetensors file to write.", valueName: "file"))
    var out: String

    @OptionGroup var overwriting: OverwriteOption

    @Flag(help: "Write the hidden states too.")
    var hidden = false

    @Option(
        name: .customLong("encoder-ids"),
        help: ArgumentHelp(
            "Token ids that the encoder of a model with two halves (t5) reads, as many lists. (default: none)",
            valueName: "file"))
    var encoderIDs: String?

    @Option(help: ArgumentHelp("Continue each list by this many tokens.", valueName: "count"))
    var greedy = 0

    @OptionGroup var compute: ComputeOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if greedy < 0 { throw ValidationError("--greedy: expected at least 0, found \(greedy)") }
    }

    func run() throws {
        let path = try model.path()
        try overwriting.outputs(
            inputs: [ids, encoderIDs].compactMap { $0 == "-" ? "/dev/stdin" : $0 } + ModelFiles.files(of: path)
        ).require(out, replacing: LogitsWriter.isOutput)
        try processor.run(compute) {
            let kind = try ModelFiles.kind(of: path)
            if kind != .languageModel { try adapter.requireNone(path) }
            switch kind {
            case .languageModel:
                guard encoderIDs == nil else { throw ValidationError("--encoder-ids: this model has no encoder") }
                let model = try ModelFiles.open(path, warn: warn)
                try write(model, read(ids, model.shape))
            case .encoderDecoder:
                let model = try ModelFiles.openEncoderDecoder(path, warn: warn)
                guard let encoderIDs else {
                    throw ValidationError(
                        "--encoder-ids: expected the ids that the encoder reads, since this model has one")
                }
                let context = ForwardContext(computeType: compute.type(default: .float32))
                let sequences = try read(ids, model.shape), sources = try read(encoderIDs, model.shape)
                guard sources.count == sequences.count else {
                    throw ValidationError(
                        "--encoder-ids: expected \(sequences.count) lists, as many as --ids has, found \(sources.count)"
                    )
                }
                try write(model, attendingTo: sources.map { model.read($0, context) }, sequences)
            case .encoder:
                let encoder = try ModelFiles.openEncoder(path, warn: warn)
                let writer = EncodingWriter(
                    encoder: encoder, sequences: try read(ids, encoder.shape),
                    computeType: compute.type(default: .float32))
                guard greedy == 0, encoderIDs == nil else {
                    throw ValidationError("--greedy, --encoder-ids: an encoder writes no text")
                }
                let start = ContinuousClock.now
                try writer.write(to: out)
                try report(
                    encoder.shape, writer.sequences, writer.names, writer.computeType,
                    seconds: (ContinuousClock.now - start).seconds)
            }
        }
    }

    private var cacheType: CacheType { cache.type(computing: compute.type(default: .float32)) }

    private func warn(_ line: String) { standardError("orrery: warning: \(line)") }

    private func read(_ path: String, _ shape: ModelShape) throws -> [[Int32]] {
        guard path == "-" else {
            return try TokenIDFile.read(path, vocabulary: shape.vocabularySize, context: shape.contextLength)
        }
        let value = try JSONValue(parsing: StandardInput.text(), file: "standard input")
        return try TokenIDFile.sequences(
            in: value, "standard input", vocabulary: shape.vocabularySize, context: shape.contextLength)
    }

    private func write(
        _ model: any TokenModel, attendingTo sources: [[SourceMemory]] = [], _ sequences: [[Int32]]
    ) throws {
        let room = model.shape.contextLength - sequences[0].count
        guard greedy <= room else {
            throw ValidationError(
                "--greedy: expected at most \(room), what is left of the model's context, found \(greedy)")
        }
        let writer = try LogitsWriter(
            model: model, attendingTo: sources, sequences: sequences, computeType: compute.type(default: .float32),
            cacheType: cacheType, adapter: adapter.open(for: model), writesHidden: hidden, continued: greedy)
        let start = ContinuousClock.now
        if let broken = try writer.write(to: out) {
            let advice =
                cacheType == .float16
                ? "weights or activations may be damaged, or keys exceed the range of float16: try --cache-type bf16"
                : "weights or activations may be damaged"
            warn(
                "\(out): the logits of sequence \(broken.sequence) are not finite from position \(broken.position) on; \(advice)"
            )
        }
        try report(
            model.shape, sequences, writer.names, writer.computeType, seconds: (ContinuousClock.now - start).seconds)
    }

    private func report(
        _ shape: ModelShape, _ sequences: [[Int32]], _ names: [String], _ type: ElementType, seconds: Double
    ) throws {
        let (count, length) = (sequences.count, sequences[0].count), hasLogits = names.contains("logits")
        guard output.json else {
            let states = names.contains("hidden.0") ? "\(shape.layers + 1) hidden states of width \(shape.width)" : ""
            let logits =
                hasLogits
                ? "logits over \(Human.number(shape.vocabularySize, "token"))" + (states.isEmpty ? "" : " and ") : ""
            try print("\(out): \(logits)\(states) of \(count) x \(length) positions, in \(type.name)")
            return
        }
        var o = JSONObject()
        o["out"] = JSONValue(out)
        o["sequences"] = JSONValue(count)
        o["positions"] = JSONValue(length)
        o["vocabulary"] = JSONValue(shape.vocabularySize)
        o["layers"] = JSONValue(shape.layers)
        o["width"] = JSONValue(shape.width)
        o["dtype"] = JSONValue(type.name)
        o["activations"] = JSONValue(Processor.current.activations.rawValue)
        o["cache_type"] = JSONValue(cacheType.rawValue)
        o["tensors"] = JSONValue(names)
        o["seconds"] = JSONValue(seconds)
        o["tokens_per_s"] = JSONValue(Double(count * length) / seconds)
        try output.print(o)
    }
}
