internal import CKernels
import Foundation

/// An instruction set for which the inner loops are compiled, from the plainest to the widest. The raw values are the
/// names that `ORRERY_ISA` takes.
public enum InstructionSet: String, CaseIterable, Sendable {
    /// Plain C, for any processor.
    case portable
    /// ARM's 128-bit vectors.
    case neon
    /// NEON with dot products of bytes (`asimddp`).
    case neondot
    /// NEON with products of bfloat16.
    case neonbf16
    /// x86's 256-bit vectors, with fused multiply-add.
    case avx2
    /// x86's 512-bit vectors.
    case avx512
    /// AVX-512 with dot products of bytes.
    case avx512vnni
    /// AVX-512 with dot products of bfloat16.
    case avx512bf16
    /// x86's matrix tiles, for bfloat16 and bytes.
    case amx

    /// The instruction sets that this processor can run, the plainest first.
    public static let available: [InstructionSet] = allCases.filter { $0.isAvailable }

    /// The widest available instruction set, or the one that the environment variable `ORRERY_ISA` names.
    ///
    /// - Throws: `InstructionSetError` if `ORRERY_ISA` names an unknown instruction set or one that this processor
    ///   lacks.
    public static func selected(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> InstructionSet {
        guard let name = environment["ORRERY_ISA"], !name.isEmpty else { return available.last ?? .portable }
        guard let wanted = InstructionSet(rawValue: name), wanted.isAvailable else {
            throw InstructionSetError(name: name)
        }
        return wanted
    }

    private var isAvailable: Bool {
        guard table != nil else { return false }
        let features = orrery_cpu_features()
        func has(_ bit: some BinaryInteger) -> Bool { features & UInt32(bit) != 0 }
        switch self {
        case .portable: return true
        case .neon: return has(ORRERY_CPU_NEON)
        case .neondot: return has(ORRERY_CPU_NEON_DOT)
        case .neonbf16: return has(ORRERY_CPU_NEON_BF16)
        case .avx2: return has(ORRERY_CPU_AVX2)
        case .avx512: return has(ORRERY_CPU_AVX512)
        case .avx512vnni: return has(ORRERY_CPU_AVX512_VNNI)
        case .avx512bf16: return has(ORRERY_CPU_AVX512_BF16)
        case .amx: return has(ORRERY_CPU_AMX)
        }
    }

    var table: UnsafePointer<orrery_kernels>? {
        switch self {
        case .portable: orrery_kernels_portable()
        case .neon: orrery_kernels_neon()
        case .neondot: orrery_kernels_neondot()
        case .neonbf16: orrery_kernels_neonbf16()
        case .avx2: orrery_kernels_avx2()
        case .avx512: orrery_kernels_avx512()
        case .avx512vnni: orrery_kernels_avx512vnni()
        case .avx512bf16: orrery_kernels_avx512bf16()
        case .amx: orrery_kernels_amx()
        }
    }
}

/// The error for an `ORRERY_ISA` that names an unknown instruction set or one that this processor lacks.
public struct InstructionSetError: Error, CustomStringConvertible {
    let name: String
    /// The message: the name that was found, and those that this processor can run.
    public var description: String {
        "ORRERY_ISA=\(name): expected one of \(InstructionSet.available.map(\.rawValue).joined(separator: ", ")) on this processor"
    }
}
