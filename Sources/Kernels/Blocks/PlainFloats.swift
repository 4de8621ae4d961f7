enum Float32Blocks: BlockCodec {
    static let format = BlockFormat.float32
    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        out[0] = Float(bitPattern: block.loadUnaligned(as: UInt32.self))
    }
    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        block.storeBytes(of: x[0].bitPattern, as: UInt32.self)
    }
}

enum Float16Blocks: BlockCodec {
    static let format = BlockFormat.float16
    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) { out[0] = block.half(0) }
    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) { block.set(0, half: x[0]) }
}

enum BFloat16Blocks: BlockCodec {
    static let format = BlockFormat.bfloat16
    static func decode(_ block: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>) {
        out[0] = Float(bfloat16Bits: block.loadUnaligned(as: UInt16.self))
    }
    static func encode(_ x: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
        block.storeBytes(of: x[0].bfloat16Bits, as: UInt16.self)
    }
}
