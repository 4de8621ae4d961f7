import Foundation
import OrreryFiles
import OrreryRandom
import Testing

@Suite struct SafetensorsWriterTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func bytesAreExactAndTheSameEveryTime() throws {
        let tensors = [
            SafetensorsTensor(name: "b", dtype: .uint8, shape: [3], bytes: [1, 2, 3]),
            SafetensorsTensor(name: "a", dtype: .bfloat16, shape: [1, 2], bytes: [4, 5, 6, 7]),
        ]
        try SafetensorsWriter.write(tensors, metadata: ["z": "1", "format": "pt"], to: scratch("m"))
        let text =
            #"{"__metadata__":{"format":"pt","z":"1"},"b":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"#
            + #""a":{"dtype":"BF16","shape":[1,2],"data_offsets":[3,7]}}"#
        let padded = text + String(repeating: " ", count: -text.utf8.count & 7)
        #expect(try WholeFile.read(scratch("m")) == safetensors(padded, data: 0) + [1, 2, 3, 4, 5, 6, 7])
    }

    @Test func everyBitComesBack() throws {
        var generator = SplitMix64(seed: 7)
        var expected: [String: [UInt8]] = [:]
        var tensors: [SafetensorsTensor] = []
        for (index, dtype) in SafetensorsDType.allCases.enumerated() {
            let shape = dtype.bitCount < 8 ? [2, 1, 3, 4] : [[], [0], [7], [3, 5], [2, 1, 3, 4]][index % 5]
            let bytes = (0 ..< dtype.byteCount(shape: shape)!).map { _ in UInt8.random(in: 0 ... 255, using: &generator)
            }
            let name = "layer.\(index).\(dtype) \"é😀\\"
            expected[name] = bytes
            tensors.append(
                SafetensorsTensor(name: name, dtype: dtype, shape: shape) { sink in
                    // In pieces of odd sizes, empty ones too.
                    for start in stride(from: 0, to: bytes.count, by: 5) {
                        try bytes[start ..< min(start + 5, bytes.count)].withUnsafeBytes { try sink($0) }
                        try sink(UnsafeRawBufferPointer(start: nil, count: 0))
                    }
                })
        }
        try SafetensorsWriter.write(tensors, to: scratch("m"))
        let file = try SafetensorsFile(path: scratch("m"))
        #expect(file.tensors.count == tensors.count)
        for tensor in tensors {
            let entry = try file.entry(tensor.name)
            #expect(entry.dtype == tensor.dtype && entry.shape == tensor.shape)
            #expect(try file.bytes(of: entry).withUnsafeBytes { Array($0) } == expected[tensor.name])
        }
        #expect(file.ordered.first.map { $0.byteRange.lowerBound % 8 } == 0)
    }

    @Test func refuses() throws {
        try scratch.put("old", at: "m")
        let write = { (tensors: [SafetensorsTensor]) in try SafetensorsWriter.write(tensors, to: scratch("m")) }
        let good = SafetensorsTensor(name: "a", dtype: .uint8, shape: [1], bytes: [1])
        let tensor = { (name: String, shape: [Int], bytes: [UInt8]) in
            SafetensorsTensor(name: name, dtype: .float32, shape: shape, bytes: bytes)
        }
        #expect(line { try write([good, good]) }.contains(#"tensor name "a" is taken"#))
        #expect(line { try write([tensor("__metadata__", [], [0, 0, 0, 0])]) }.contains("is taken"))
        #expect(line { try write([tensor("x", [-1], [])]) }.contains("cannot have the shape [-1]"))
        #expect(line { try write([tensor("x", [.max, 2], [])]) }.contains("cannot have the shape"))
        #expect(
            line { try write([good, tensor("x", [2], [1, 2, 3])]) }.contains(
                #"tensor "x": F32 [2] takes 8 bytes, its writer gave 3"#))
        #expect(
            line { try write([good, tensor("x", [], [1, 2, 3, 4, 5])]) }.contains("takes 4 bytes, its writer gave more")
        )
        #expect(scratch.text("m") == "old")
        #expect(try scratch.names() == ["m"])
    }

    @Test func asksForTheSpaceFirst() throws {
        guard try FreeSpace.bytes(at: scratch.path) < 1 << 60 else { return }
        var asked = false
        let huge = SafetensorsTensor(name: "huge", dtype: .uint8, shape: [1 << 60]) { _ in asked = true }
        #expect(
            line { try SafetensorsWriter.write([huge], to: scratch("m")) }.contains("needs 1152.9 PB of disk space"))
        #expect(!asked)
        #expect(try scratch.names() == [])
    }

    @Test func errorOfATensorLeavesNothing() throws {
        struct Stopped: Error {}
        let tensor = SafetensorsTensor(name: "a", dtype: .uint8, shape: [9]) { _ in throw Stopped() }
        #expect(throws: Stopped.self) { try SafetensorsWriter.write([tensor], to: scratch("m")) }
        #expect(try scratch.names() == [])
    }
}
