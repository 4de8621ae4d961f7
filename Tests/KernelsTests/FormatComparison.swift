import Foundation
import Kernels
import Testing

/// Our half of `scripts/check/check_formats.py`, which says where in `ORRERY_FORMATS`: a line of `jobs` is a verb and a
/// format, its data are in `NUMBER.in`.
private let folder = ProcessInfo.processInfo.environment["ORRERY_FORMATS"].map { URL(fileURLWithPath: $0) }

@Suite(.enabled(if: folder != nil, "run by scripts/check/check_formats.py"))
struct FormatComparison {
    @Test func encodeAndDecode() throws {
        let folder = try #require(folder)
        for (number, line) in try String(contentsOf: folder.appendingPathComponent("jobs"), encoding: .utf8).split(
            separator: "\n"
        ).enumerated() {
            let words = line.split(separator: " "),
                format = try #require(BlockFormat.allCases.first { $0.rawValue.lowercased() == words[1].lowercased() })
            let data = try Data(contentsOf: folder.appendingPathComponent("\(number).in"))
            let out = words[0] == "decode" ? decode(data, format) : encode(data, format)
            try out.write(to: folder.appendingPathComponent("\(number).out"))
        }
    }

    private func decode(_ data: Data, _ format: BlockFormat) -> Data {
        let count = data.count / format.bytesPerBlock * format.elementsPerBlock
        var numbers = [Float](repeating: 0, count: count)
        data.withUnsafeBytes { bytes in
            numbers.withUnsafeMutableBufferPointer {
                format.decode(bytes.baseAddress!, count: count, into: $0.baseAddress!)
            }
        }
        return numbers.withUnsafeBytes { Data($0) }
    }

    private func encode(_ data: Data, _ format: BlockFormat) -> Data {
        let numbers = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
        var bytes = [UInt8](repeating: 0, count: numbers.count / format.elementsPerBlock * format.bytesPerBlock)
        numbers.withUnsafeBufferPointer { x in
            bytes.withUnsafeMutableBytes { format.encode(x.baseAddress!, count: x.count, into: $0.baseAddress!) }
        }
        return Data(bytes)
    }
}
