import Foundation
import Kernels
import OrreryRandom
import Synchronization

/// Rows of elements in memory of their own. Everything around them, the gaps between rows included, holds NaN canaries:
/// a kernel that reads past the end of a row gets NaN into its result, and one that writes there is caught by `intact`.
final class Grid: @unchecked Sendable {  // tests write through one processor at a time
    let rows: Int
    let width: Int
    let stride: Int
    let type: ElementType
    let pointer: UnsafeMutableRawPointer
    private let memory: UnsafeMutableRawPointer
    private let count: Int

    private static let margin = 33  // odd, so that no row starts on a vector's boundary
    private static let canary: UInt32 = 0x7fc0_dead
    private static let halfCanary: UInt16 = 0x7fde

    init(_ type: ElementType, rows: Int = 1, width: Int, stride: Int? = nil, _ values: [Float]? = nil) {
        (self.type, self.rows, self.width, self.stride) = (type, rows, width, stride ?? width)
        count = rows * self.stride + 2 * Self.margin
        memory = UnsafeMutableRawPointer.allocate(byteCount: count * type.size, alignment: 64)
        pointer = memory + Self.margin * type.size
        for i in 0 ..< count { setCanary(i) }
        if let values { fill(values) }
        Keeper.current.keep(self)
    }

    convenience init(_ values: [Float], _ type: ElementType = .float32) { self.init(type, width: values.count, values) }

    deinit { memory.deallocate() }

    func fill(_ values: [Float]) {
        precondition(values.count == rows * width)
        for (i, value) in values.enumerated() {
            let at = i / width * stride + i % width
            switch type {
            case .float32: pointer.storeBytes(of: value, toByteOffset: at * 4, as: Float.self)
            case .bfloat16: pointer.storeBytes(of: value.bfloat16Bits, toByteOffset: at * 2, as: UInt16.self)
            }
        }
    }

    var values: [Float] {
        (0 ..< rows * width).map {
            let at = $0 / width * stride + $0 % width
            return switch type {
            case .float32: pointer.load(fromByteOffset: at * 4, as: Float.self)
            case .bfloat16: Float(bfloat16Bits: pointer.load(fromByteOffset: at * 2, as: UInt16.self))
            }
        }
    }

    var bits: [UInt32] { values.map(\.bitPattern) }

    /// Whether every canary stands.
    var intact: Bool {
        (0 ..< count).allSatisfy { i in
            let place = i - Self.margin
            return place >= 0 && place < rows * stride && place % stride < width || hasCanary(i)
        }
    }

    private func setCanary(_ i: Int) {
        switch type {
        case .float32: memory.storeBytes(of: Self.canary, toByteOffset: i * 4, as: UInt32.self)
        case .bfloat16: memory.storeBytes(of: Self.halfCanary, toByteOffset: i * 2, as: UInt16.self)
        }
    }

    private func hasCanary(_ i: Int) -> Bool {
        switch type {
        case .float32: memory.load(fromByteOffset: i * 4, as: UInt32.self) == Self.canary
        case .bfloat16: memory.load(fromByteOffset: i * 2, as: UInt16.self) == Self.halfCanary
        }
    }

    var floats: UnsafeMutablePointer<Float> {
        precondition(type == .float32)
        return pointer.assumingMemoryBound(to: Float.self)
    }
    var vector: Vector {
        precondition(stride == width)
        return Vector(pointer, type, count: rows * width)
    }
    var matrix: Matrix { Matrix(pointer, type, rows: rows, columns: width, rowStride: stride) }

    /// Rows of heads.
    func heads(_ headSize: Int) -> HeadRows { HeadRows(pointer, type, rowStride: stride, headSize: headSize) }
}

/// Keeps the grids of one case alive to its end: a `Vector` is only a pointer into one.
final class Keeper: Sendable {
    private let grids = Mutex<[Grid]>([])
    @TaskLocal static var current = Keeper()

    func keep(_ grid: Grid) { grids.withLock { $0.append(grid) } }
}

/// Numbers between -2 and 2 from a seed.
struct Samples {
    private var random: SplitMix64
    init(_ seed: Int) { random = SplitMix64(seed: UInt64(truncatingIfNeeded: seed) &* 0xD134_2543_DE82_EF95) }

    mutating func next() -> UInt64 { random.next() }

    mutating func uniform() -> Float { Float(Int64(bitPattern: next()) >> 40) * 0x1p-22 }
    mutating func floats(_ count: Int, _ type: ElementType = .float32) -> [Float] {
        (0 ..< count).map { _ in type == .float32 ? uniform() : uniform().roundedToBFloat16 }
    }
    mutating func ids(_ count: Int, below limit: Int) -> [Int32] {
        (0 ..< count).map { _ in Int32(next() % UInt64(limit)) }
    }
}

extension [Float] {
    func rounded(to type: ElementType) -> [Float] { type == .float32 ? self : map(\.roundedToBFloat16) }
}

extension ElementType {
    static let both: [ElementType] = [.float32, .bfloat16]
    var name: String { self == .float32 ? "f32" : "bf16" }
    var roundoff: Double { self == .float32 ? Reference.float32Roundoff : Reference.bfloat16Roundoff }
}
