/// One format's plain conversion, block by block: what every fast path is compared with.
protocol BlockCodec {
    static var format: BlockFormat { get }
    /// The numbers of one block. The order of float32 operations is gguf-py's, so that results equal its bit for bit.
    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>)
    /// The block that stands for these numbers with a small squared error. NaN becomes some number.
    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer)
}

extension BlockFormat {
    var codec: any BlockCodec.Type {
        switch self {
        case .float32: Float32Blocks.self
        case .float16: Float16Blocks.self
        case .bfloat16: BFloat16Blocks.self
        case .q8_0: Q8_0.self
        case .q4_0: Q4_0.self
        case .q4_1: Q4_1.self
        case .q5_0: Q5_0.self
        case .q5_1: Q5_1.self
        case .q2_K: Q2_K.self
        case .q3_K: Q3_K.self
        case .q4_K: Q4_K.self
        case .q5_K: Q5_K.self
        case .q6_K: Q6_K.self
        case .iq4_NL: IQ4_NL.self
        case .iq4_XS: IQ4_XS.self
        case .mxfp4: MXFP4.self
        }
    }

    /// `count` numbers, whole blocks, from `bytes`, which need not be aligned.
    package func decode(_ bytes: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Float>) {
        precondition(
            count % elementsPerBlock == 0, "\(rawValue): \(count) numbers are not whole blocks of \(elementsPerBlock)")
        codec.decode(bytes, blocks: count / elementsPerBlock, into: out)
    }

    /// `count` numbers, whole blocks, into `bytes`.
    package func encode(_ x: UnsafePointer<Float>, count: Int, into bytes: UnsafeMutableRawPointer) {
        precondition(
            count % elementsPerBlock == 0, "\(rawValue): \(count) numbers are not whole blocks of \(elementsPerBlock)")
        codec.encode(x, blocks: count / elementsPerBlock, into: bytes)
    }
}

extension BlockCodec {
    static func decode(_ bytes: UnsafeRawPointer, blocks: Int, into out: UnsafeMutablePointer<Float>) {
        let (size, width) = (format.bytesPerBlock, format.elementsPerBlock)
        for b in 0 ..< blocks { decode(bytes + b * size, into: out + b * width) }
    }

    static func encode(_ x: UnsafePointer<Float>, blocks: Int, into bytes: UnsafeMutableRawPointer) {
        let (size, width) = (format.bytesPerBlock, format.elementsPerBlock)
        for b in 0 ..< blocks { encode(x + b * width, into: bytes + b * size) }
    }
}

extension UnsafeRawPointer {
    @inline(__always) func byte(_ i: Int) -> UInt8 { load(fromByteOffset: i, as: UInt8.self) }
    @inline(__always) func signed(_ i: Int) -> Int8 { load(fromByteOffset: i, as: Int8.self) }
    @inline(__always) func half(_ i: Int) -> Float {
        Float(float16Bits: loadUnaligned(fromByteOffset: i, as: UInt16.self))
    }
}

extension UnsafeMutableRawPointer {
    @inline(__always) func set(_ i: Int, _ value: UInt8) { storeBytes(of: value, toByteOffset: i, as: UInt8.self) }
    @inline(__always) func set(_ i: Int, half value: Float) {
        storeBytes(of: value.float16Bits, toByteOffset: i, as: UInt16.self)
    }
}
