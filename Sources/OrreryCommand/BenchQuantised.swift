import ArgumentParser
import Kernels
import OrreryFiles
import OrreryTerminal

/// The part of `orrery bench kernels` that times products with weights as files hold them.
struct QuantisedOptions: ParsableArguments {
    @Option(
        name: .customLong("format"),
        help: ArgumentHelp(
            "With --quantised: the formats of the weights, by the names of GGUF. May be given several times. (default: several)",
            valueName: "name"))
    var names: [String] = []

    @Option(
        name: .customLong("rows"),
        help: ArgumentHelp(
            "With --quantised: rows of activations; 1 is a token that is written, more are a batch or a prompt. May be given several times. (default: 1, 8 and 512)",
            valueName: "count"))
    var counts: [Int] = []

    private static let defaultFormats = [BlockFormat.q4_0, .q4_K, .q6_K, .q8_0, .float16, .bfloat16],
        defaultRows = [1, 8, 512]

    var isStandard: Bool { names.isEmpty && counts.isEmpty }

    func validate() throws {
        for name in names where BlockFormat(name: name) == nil {
            throw ValidationError(
                "--format: expected one of \(BlockFormat.allCases.map(\.rawValue).joined(separator: ", ")), found \(name)"
            )
        }
        for count in counts where !(1 ... 4096).contains(count) {
            throw ValidationError("--rows: expected 1 to 4096, found \(count)")
        }
    }

    func measure(_ shapes: [QuantizedBenchmark.Shape], seconds: Double, _ output: OutputOptions) throws {
        let formats = names.isEmpty ? Self.defaultFormats : names.compactMap(BlockFormat.init(name:))
        let rows = counts.isEmpty ? Self.defaultRows : counts
        let benchmark = QuantizedBenchmark(seconds: seconds)
        var results: [QuantizedBenchmark.Result] = []
        if !output.json {
            try print("\(Processor.current.instructionSet.rawValue), \(Processor.current.threads) threads")
        }
        for shape in shapes {
            for format in formats {
                let measured = try benchmark.measure(shape, format, rows: rows)
                results += measured
                if !output.json { for result in measured { try print(result.line) } }
            }
        }
        if output.json { try output.print(.ofProducts(results.map(\.json))) }
    }
}

extension QuantizedBenchmark.Result {
    fileprivate var line: String {
        func pad(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        func number(_ value: Double, _ width: Int, decimals: Int = 0) -> String {
            pad(Human.fixed(value, decimals: decimals), width)
        }
        let name = shape.name + String(repeating: " ", count: max(0, 16 - shape.name.count))
        let product =
            "\(name) \(pad(format.rawValue, 7)) \(pad("\(rows)", 4)) x \(pad("\(shape.n)", 6)) x \(pad("\(shape.k)", 5))  \(number(microseconds, 8)) us"
        let arithmetic = "\(number(gops, 5)) Gop/s of \(number(peak, 4)) \(number(arithmeticShare * 100, 4))%"
        let memory = bandwidthShare.map {
            "  \(number(bandwidth, 5, decimals: 1)) GB/s of \(number(bandwidthLimit ?? 0, 5, decimals: 1)) \(number($0 * 100, 4))%"
        }
        return "\(product)  \(arithmetic)\(memory ?? "")"
    }

    fileprivate var json: JSONObject {
        var o = JSONObject()
        o["name"] = JSONValue(shape.name)
        o["format"] = JSONValue(format.rawValue)
        o["m"] = JSONValue(rows)
        o["n"] = JSONValue(shape.n)
        o["k"] = JSONValue(shape.k)
        o["microseconds"] = JSONValue(microseconds)
        o["gops"] = JSONValue(gops)
        o["peak"] = JSONValue(peak)
        o["share"] = JSONValue(arithmeticShare)
        o["gb_per_s"] = JSONValue(bandwidth)
        o["bandwidth_gb_per_s"] = JSONValue(bandwidthLimit)
        o["bandwidth_share"] = JSONValue(bandwidthShare)
        return o
    }
}
