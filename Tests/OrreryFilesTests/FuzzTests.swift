import OrreryFiles
import OrreryRandom
import Testing

/// Thousands of damaged files: each must be refused with one line, or read as something consistent. None may stop the
/// process.
@Suite struct FuzzTests {
    @Test func safetensorsHeaders() {
        let header =
            #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"#
            + #""b":{"dtype":"BF16","shape":[],"data_offsets":[24,26]},"c\u00e9":{"dtype":"I64","shape":[0,1],"data_offsets":[26,26]}}  "#
        let valid = safetensors(header, data: 26)
        var mutator = Mutator(seed: 20_240_601)
        var accepted = 0
        for _ in 0 ..< 20_000 {
            let bytes = mutator.damaged(valid)
            bytes.withUnsafeBytes { file in
                do {
                    let header = try SafetensorsHeader(file, path: "f")
                    accepted += 1
                    check(header, file.count)
                } catch { checkLine(error) }
            }
        }
        #expect(accepted > 0)
    }

    /// What an accepted header promises to everyone who reads tensors.
    private func check(_ header: SafetensorsHeader, _ fileCount: Int) {
        var end = header.entries.first?.byteRange.lowerBound ?? fileCount
        var isRight = true
        for entry in header.entries {
            isRight = isRight && entry.byteRange.lowerBound == end
            isRight = isRight && entry.dtype.byteCount(shape: entry.shape) == entry.byteRange.count
            end = entry.byteRange.upperBound
        }
        isRight = isRight && end == fileCount && Set(header.entries.map(\.name)).count == header.entries.count
        require(isRight, "inconsistent: \(header.entries)")
    }

    /// `#expect` is too slow to be called this often.
    private func require(_ condition: @autoclosure () throws -> Bool, _ message: @autoclosure () -> String) rethrows {
        if try !condition() { Issue.record(Comment(rawValue: message())) }
    }

    @Test func json() {
        let valid = Array(
            #"{"n":-12.5e+3,"s":"a\"\\\u00e9\ud83d\ude00é","l":[1,[true,false,null],{}],"big":9223372036854775807} "#
                .utf8)
        var mutator = Mutator(seed: 42)
        var accepted = 0
        for _ in 0 ..< 20_000 {
            let bytes = mutator.damaged(valid)
            do {
                let value = try bytes.withUnsafeBytes { try JSONValue(parsing: $0, file: "f", maximumDepth: 16) }
                accepted += 1
                for layout in [JSONValue.Layout.compact, .pretty] {
                    let text = value.text(layout)
                    try require(JSONValue(parsing: text, file: "f") == value, text)
                }
            } catch { checkLine(error) }
        }
        #expect(accepted > 0)
    }

    private func checkLine(_ error: any Error) {
        let text = "\(error)"
        require(error is FileError && text.hasPrefix("f: ") && !text.utf8.contains { $0 < 0x20 }, text)
    }
}

/// Damages bytes in the ways that files are damaged, and in those that attackers choose.
private struct Mutator {
    private var generator: SplitMix64
    private static let pieces = [
        "{", "}", "[", "]", "\"", ",", ":", "\\", "\\ud800", "-", "0", ".", "e", "1e999", "9223372036854775808",
        "18446744073709551616",
        "null", "\"a\":", "\"__metadata__\":", "{}", "[[[[[[", "\u{0}", "é", "\u{FEFF}", "4611686018427387904", "-1",
        "0.5",
    ].map { Array($0.utf8) }

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func damaged(_ valid: [UInt8]) -> [UInt8] {
        var bytes = valid
        for _ in 0 ..< Int.random(in: 1 ... 4, using: &generator) { damage(&bytes) }
        return bytes
    }

    private mutating func damage(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0 ..< bytes.count, using: &generator)
        let end = min(bytes.count, place + Int.random(in: 1 ... 12, using: &generator))
        switch Int.random(in: 0 ..< 8, using: &generator) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0 ..< 8, using: &generator)
        case 1: bytes[place] = UInt8.random(in: 0 ... 255, using: &generator)
        case 2: bytes.removeSubrange(place ..< end)
        case 3: bytes.insert(contentsOf: bytes[place ..< end], at: Int.random(in: 0 ... bytes.count, using: &generator))
        case 4: bytes.insert(contentsOf: Self.pieces.randomElement(using: &generator)!, at: place)
        case 5: bytes.replaceSubrange(place ..< end, with: Self.pieces.randomElement(using: &generator)!)
        case 6: bytes.removeSubrange(place...)
        // Another digit in place of a digit: numbers that are wrong but read well.
        default:
            if let digit = bytes[place...].firstIndex(where: { (0x30 ... 0x39).contains($0) }) {
                bytes[digit] = UInt8.random(in: 0x30 ... 0x39, using: &generator)
            }
        }
    }
}
