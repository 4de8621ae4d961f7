import ArgumentParser
import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTerminal

/// Prefill and decode of one model against this machine's limits.
struct BenchModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract:
            "A model's speed in tokens per second, reading a prompt and writing, and the share of this machine's limit.",
        discussion: """
            As llama-bench does: -p tokens are read at once, then -n are written one by one, each from an empty cache or after --depth tokens; the figures are medians of \
            the repetitions. \
            Writing is limited by memory: the share is of the bandwidth that was measured every few tokens in between. Reading is limited by arithmetic: the share is \
            of the multiply-adds that the cores reach from registers in the type of the products.
            """)

    @Argument(help: ModelPath.help)
    var model: ModelPath

    @OptionGroup var modelOption: ModelOption

    @Option(
        name: [.customShort("p"), .customLong("prompt-tokens")],
        help: "Tokens to read at once. (default: 512, or what the model's context holds)")
    var prompt: Int?

    @Option(
        name: [.customShort("n"), .customLong("new-tokens")],
        help: "Tokens to write. (default: 128, or what the model's context holds)")
    var new: Int?

    @Option(help: "Tokens that the cache holds before either is measured.")
    var depth = 0

    @Option(help: "Times that each is measured.")
    var repetitions = 3

    @OptionGroup var compute: ComputeOptions
    @OptionGroup var cache: CacheOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        for (name, value) in [("-p", prompt ?? 512), ("-n", new ?? 128), ("--depth", depth)]
        where !(0 ... 1 << 20).contains(value) {
            throw ValidationError("\(name): expected 0 to \(1 << 20), found \(value)")
        }
        if prompt == 0, new == 0 { throw ValidationError("-p and -n are both 0: nothing to measure") }
        if !(1 ... 1000).contains(repetitions) {
            throw ValidationError("--repetitions: expected 1 to 1000, found \(repetitions)")
        }
    }

    func run() throws {
        try processor.run(compute) {
            let loading = ContinuousClock.now
            let model = try ModelFiles.open(self.model.path(), warn: ModelWarning.using)
            // What was not asked for fits into the context.
            let room = max(1, model.shape.contextLength - depth), promptTokens = prompt ?? min(512, room),
                newTokens = new ?? min(128, room)
            let longest = depth + max(promptTokens, newTokens)
            guard longest <= model.shape.contextLength else {
                throw ValidationError(
                    "-p and -n, with --depth before them: expected at most \(model.shape.contextLength), the context of \(self.model), found \(longest)"
                )
            }
            let type = compute.type(default: Processor.current.fastestType)
            let measurement = ModelMeasurement(
                model, type: type, cacheType: cache.type(computing: type, compute, model), promptTokens: promptTokens,
                newTokens: newTokens, depth: depth)
            try InferenceMemory(
                model, type: type, cacheType: measurement.cacheType, positions: longest, piece: max(promptTokens, 512)
            )
            .check(self.model.text, shorter: "--depth or -p")
            let loadSeconds = (ContinuousClock.now - loading).seconds
            let line = ProgressLine(logInterval: 30), interrupt = InterruptFlag()
            defer { interrupt.release() }
            let result = measurement.run(repetitions) { done, total in
                line.update(
                    TaskStatus(
                        "Measuring \(self.model)", completed: Double(done), total: Double(total), unit: "rounds",
                        elapsedSeconds: (ContinuousClock.now - loading).seconds))
                return !interrupt.isRaised
            }
            line.finish(keepingLastLine: false)
            guard let result else { throw Interrupted() }
            try report(result, measurement, loadSeconds: loadSeconds)
            try interrupt.check()
        }
    }

    private func report(_ result: ModelMeasurement.Result, _ measurement: ModelMeasurement, loadSeconds: Double) throws
    {
        if output.json {
            var o = JSONObject()
            o["model"] = JSONValue(model.text)
            o["threads"] = JSONValue(Processor.current.threads)
            o["instruction_set"] = JSONValue(Processor.current.instructionSet.rawValue)
            o["dtype"] = JSONValue(measurement.type.name)
            o["activations"] = JSONValue(Processor.current.activations.rawValue)
            o["cache_type"] = JSONValue(measurement.cacheType.rawValue)
            o["depth"] = JSONValue(depth)
            o["prompt_tokens"] = JSONValue(measurement.promptTokens)
            o["new_tokens"] = JSONValue(measurement.newTokens)
            o["load_ms"] = JSONValue(loadSeconds * 1e3)
            o["prefill_tokens_per_s"] = JSONValue(result.prefill)
            o["decode_tokens_per_s"] = JSONValue(result.decode)
            o["bytes_per_token"] = JSONValue(result.bytesPerToken)
            o["cache_bytes_per_token"] = JSONValue(result.cacheBytesPerToken)
            o["bandwidth_gb_per_s"] = JSONValue(result.bandwidth)
            o["bandwidth_share"] = JSONValue(result.bandwidthShare)
            o["peak_gops"] = JSONValue(result.peak)
            o["arithmetic_share"] = JSONValue(result.arithmeticShare)
            return try output.print(o)
        }
        func number(_ x: Double?, _ decimals: Int) -> String { x.map { Human.fixed($0, decimals: decimals) } ?? "-" }
        func rate(_ x: Double?) -> String {
            x.map { $0 < 1000 ? Human.fixed($0, decimals: 1) : Human.exact(Int($0.rounded())) } ?? "-"
        }
        var table = Table([.init("test"), .init("tokens/s", .right), .init("limit"), .init("share", .right)])
        let place = depth > 0 ? " after \(depth)" : ""
        table.add(
            "prefill \(measurement.promptTokens)\(place)", rate(result.prefill), "\(number(result.peak, 0)) Gop/s",
            result.arithmeticShare.map { Human.percent($0) } ?? "-")
        table.add(
            "decode \(measurement.newTokens)\(place)", rate(result.decode), "\(number(result.bandwidth, 1)) GB/s",
            result.bandwidthShare.map { Human.percent($0) } ?? "-")
        let terminal = Terminal.standardOutput
        try print(table.render(width: terminal.width, appearance: terminal.appearance))
        try print(
            "\(Human.bytes(result.bytesPerToken)) per token, \(Human.bytes(result.cacheBytesPerToken)) of them keys and values in \(measurement.cacheType.rawValue); \(Processor.current.instructionSet.rawValue), \(Human.number(Processor.current.threads, "thread"))"
        )
    }
}
