import ArgumentParser
import Foundation
import Kernels
import OrreryFiles
import OrreryTerminal

/// Matrix products against the arithmetic limit, both measured in the same minute.
struct BenchKernels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "This machine's peak per type, and the share that matrix products reach at the shapes of training.")

    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Seconds to spend on each product.")
    var seconds = 0.3

    @Option(help: ArgumentHelp("Only the products whose name contains this. (default: all)", valueName: "text"))
    var only = ""

    @Flag(
        help:
            "Products with weights as files hold them, at the shapes of Llama 3.2 1B: decoding against the memory, prefill against the dot products of bytes."
    )
    var quantised = false

    @OptionGroup var formats: QuantisedOptions

    func validate() throws {
        if !quantised, !formats.isStandard { throw ValidationError("--format and --rows belong to --quantised") }
        if quantised {
            if quantisedShapes.isEmpty {
                let names = QuantizedBenchmark.shapes.map(\.name).joined(separator: "; ")
                throw ValidationError(
                    "--only: no product's name contains \"\(only)\"; with --quantised they are \(names)")
            }
        } else if shapes.isEmpty {
            throw ValidationError(
                "--only: no product's name contains \"\(only)\"; they are named after square, nanogpt-cpu, nanogpt-gpu, and forward, dx, dW"
            )
        }
        if !(seconds > 0 && seconds <= 60) {
            throw ValidationError("--seconds: expected more than 0, at most 60, found \(seconds)")
        }
    }

    private var shapes: [ProductBenchmark.Shape] {
        ProductBenchmark.shapes.filter { only.isEmpty || $0.name.contains(only) }
    }

    private var quantisedShapes: [QuantizedBenchmark.Shape] {
        QuantizedBenchmark.shapes.filter { only.isEmpty || $0.name.contains(only) }
    }

    func run() throws {
        if quantised { return try processor.run { try formats.measure(quantisedShapes, seconds: seconds, output) } }
        try processor.run {
            let benchmark = ProductBenchmark(secondsPerProduct: seconds)
            var rows: [ProductBenchmark.Result] = []
            if !output.json {
                try print(
                    "\(Processor.current.instructionSet.rawValue), \(Human.number(Processor.current.threads, "thread")); product and peak are measured in turn, since what else runs slows both"
                )
            }
            for shape in shapes {
                for type in [ElementType.float32, .bfloat16] {
                    let result = benchmark.measure(shape, type)
                    rows.append(result)
                    if !output.json { try print(result.line) }
                }
            }
            if output.json {
                try output.print(.ofProducts(rows.map(\.json)))
            }
        }
    }
}

extension JSONObject {
    /// The products of one run, and what computed them.
    static func ofProducts(_ products: [JSONObject]) -> JSONObject {
        var object = JSONObject()
        object["instruction_set"] = JSONValue(Processor.current.instructionSet.rawValue)
        object["threads"] = JSONValue(Processor.current.threads)
        object["products"] = .array(products.map { .object($0) })
        return object
    }
}

extension ProductBenchmark.Result {
    fileprivate var line: String {
        func pad(_ s: String, _ n: Int) -> String { String(repeating: " ", count: max(0, n - s.count)) + s }
        let name = shape.name + String(repeating: " ", count: max(0, 36 - shape.name.count))
        return "\(name) \(pad(typeName, 8)) \(pad("\(shape.m)x\(shape.n)x\(shape.k)", 13)) "
            + "\(pad(String(format: "%.0f", gflops), 4))/\(pad(String(format: "%.0f", peak), 4)) GFLOP/s \(pad(Human.percent(share, decimals: 0), 4))"
    }

    fileprivate var json: JSONObject {
        var o = JSONObject()
        o["name"] = JSONValue(shape.name)
        o["type"] = JSONValue(typeName)
        o["m"] = JSONValue(shape.m)
        o["n"] = JSONValue(shape.n)
        o["k"] = JSONValue(shape.k)
        o["gflops"] = JSONValue(gflops)
        o["peak"] = JSONValue(peak)
        o["share"] = JSONValue(share)
        return o
    }

    private var typeName: String { type == .float32 ? "float32" : "bfloat16" }
}
