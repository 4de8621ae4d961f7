import ArgumentParser
import Foundation
import Kernels
import OrreryFiles

/// `--threads`, and the instruction set that the environment names.
struct ProcessorOptions: ParsableArguments {
    @Option(help: "Threads to compute with. (default: the processor's cores)")
    var threads: Int?

    func validate() throws {
        if let threads, !(1 ... 1024).contains(threads) { throw ValidationError("--threads: expected 1 to 1024, found \(threads)") }
    }

    /// Runs `body` with the processor that was asked for.
    func run<R>(_ body: () throws -> R) throws -> R {
        let set = try InstructionSet.selected()
        return try Processor.$current.withValue(Processor(set, threads: threads ?? ProcessInfo.processInfo.activeProcessorCount), operation: body)
    }
}

/// `--json`: one machine-readable object on standard output instead of text for people. Its fields are in docs/json.md.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on standard output; its fields are in docs/json.md.")
    var json = false

    func print(_ object: JSONObject) { Swift.print(JSONValue.object(object).text(.compact)) }
}

/// The type in which products are computed.
struct ComputeOptions: ParsableArguments {
    @Option(help: "Type in which products are computed: float32 or bfloat16 (sums are float32 in both).")
    var dtype: String?

    func validate() throws {
        if let dtype, dtype != "float32", dtype != "bfloat16" { throw ValidationError("--dtype: expected float32 or bfloat16, found \(dtype)") }
    }

    /// - Parameter standard: what to use if the user did not say.
    func type(standard: ElementType) -> ElementType {
        switch dtype {
        case "float32": .float32
        case "bfloat16": .bfloat16
        default: standard
        }
    }
}
