internal import CKernels
import Foundation

/// The instruction sets for which the inner loops are compiled, from the plainest to the widest.
public enum InstructionSet: String, CaseIterable, Sendable {
    case portable
    case neon
    case neondot
    case neonbf16
    case avx2
    case avx512
    case avx512vnni
    case avx512bf16
    case amx

    /// Those that this processor can run, plainest first.
    public static let available: [InstructionSet] = allCases.filter { $0.isAvailable }

    /// The widest available, or the one that the environment variable `ORRERY_ISA` names.
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

/// `ORRERY_ISA` names an instruction set that does not exist or that this processor lacks.
public struct InstructionSetError: Error, CustomStringConvertible {
    let name: String
    public var description: String {
        "ORRERY_ISA=\(name): expected one of \(InstructionSet.available.map(\.rawValue).joined(separator: ", ")) on this processor"
    }
}
