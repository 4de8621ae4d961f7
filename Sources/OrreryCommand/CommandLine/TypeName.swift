import ArgumentParser
import Kernels
import OrreryModels

/// The names of number types in use, in either case: those of GGUF, of PyTorch and of the tools around them.
enum TypeName {
    private static let same = [
        "float32": "f32", "fp32": "f32", "float": "f32", "float16": "f16", "fp16": "f16", "half": "f16",
        "bfloat16": "bf16",
    ]

    /// GGUF's name, in small letters.
    static func canonical(_ name: String) -> String {
        let small = name.lowercased().replacing("-", with: "_")
        return same[small] ?? small
    }
}

extension CacheType {
    init?(name: String) { self.init(rawValue: TypeName.canonical(name)) }
}

extension ActivationType {
    init?(name: String) { self.init(rawValue: ["i8": "int8", "i16": "int16"][name.lowercased()] ?? name.lowercased()) }
}

extension BlockFormat {
    init?(name: String) { self.init(rawValue: TypeName.canonical(name).uppercased()) }
}

extension WeightMix: ExpressibleByArgument {
    /// `q4_k` and its like are llama-quantize's other names for the mixes that it recommends.
    public init?(argument: String) {
        let name = TypeName.canonical(argument)
        guard let mix = Self(rawValue: name) ?? Self(rawValue: name + "_m") else { return nil }
        self = mix
    }
}
