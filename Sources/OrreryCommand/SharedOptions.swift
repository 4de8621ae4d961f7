import ArgumentParser
import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryTerminal

/// `--threads`, and the instruction set that the environment names.
struct ProcessorOptions: ParsableArguments {
    @Option(name: [.customShort("t"), .long], help: "Threads to compute with. (default: the processor's cores)")
    var threads: Int?

    func validate() throws {
        if let threads, !(1 ... 1024).contains(threads) {
            throw ValidationError("--threads: expected 1 to 1024, found \(threads)")
        }
    }

    /// Runs `body` with the processor that was asked for.
    func run<R>(_ compute: ComputeOptions? = nil, _ body: () throws -> R) throws -> R {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let set = try InstructionSet.selected(), count = threads ?? cores
        if count > 4 * cores {
            standardError(
                "orrery: warning: --threads \(count): this machine has \(Human.number(cores, "core")), and more threads than cores are slower"
            )
        }
        return try Processor.$current.withValue(
            Processor(set, threads: count, activations: compute?.activationType ?? .default), operation: body)
    }
}

/// `--json`: one machine-readable object on standard output instead of text for people. Its fields are in docs/json.md.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON object on standard output; its fields are in docs/json.md.")
    var json = false

    func print(_ object: JSONObject) throws {
        try Terminal.standardOutput.writeLine(JSONValue.object(object).text(.compact))
    }
}

/// The types in which products are computed.
struct ComputeOptions: ParsableArguments {
    @Option(
        help: """
            Type in which products are computed: float32 or bfloat16 (sums are float32 in both). (default: the faster one on this machine; float32 for embed, \
            eval and logits)
            """)
    var dtype: String?

    @Option(
        help:
            "What products with quantised weights (training has none) round activations to: int16, or int8, which is faster with many tokens at once and coarser."
    )
    var activations = ActivationType.default.rawValue

    var activationType: ActivationType? { ActivationType(name: activations) }

    func validate() throws {
        if activationType == nil {
            throw ValidationError("--activations: expected int8 or int16, found \(activations)")
        }
        if let dtype, asked == nil { throw ValidationError("--dtype: expected float32 or bfloat16, found \(dtype)") }
    }

    private var asked: ElementType? {
        switch dtype.map(TypeName.canonical) {
        case "f32": .float32
        case "bf16": .bfloat16
        default: nil
        }
    }

    /// - Parameter fallback: the type where the user names none.
    func type(default fallback: ElementType) -> ElementType { asked ?? fallback }
}

/// How keys and values of earlier positions are kept.
struct CacheOptions: ParsableArguments {
    @Option(help: "Type of the keys and values that are kept: f32, f16, bf16 or q8_0. (default: that of --dtype)")
    var cacheType: String?

    private static let names = CacheType.allCases.map(\.rawValue).joined(separator: ", ")

    func validate() throws {
        if let cacheType, CacheType(name: cacheType) == nil {
            throw ValidationError("--cache-type: expected one of \(Self.names), found \(cacheType)")
        }
    }

    private var asked: CacheType? { cacheType.flatMap(CacheType.init(name:)) }

    /// Where the model is not known yet: what the user said; nil leaves it to the model's default.
    func type(computing type: ElementType, _ compute: ComputeOptions) -> CacheType? {
        asked ?? (compute.dtype == nil ? nil : CacheType(type))
    }

    /// Where the numbers themselves are wanted: what the user said, else the type of the computation.
    func type(computing type: ElementType) -> CacheType { asked ?? CacheType(type) }

    /// Where text is wanted: what the user said, else the model's default, unless a type of computation was asked for.
    func type(computing type: ElementType, _ compute: ComputeOptions, _ model: any TokenModel) -> CacheType {
        asked ?? (compute.dtype == nil ? model.defaultCacheType(computing: type) : CacheType(type))
    }
}
