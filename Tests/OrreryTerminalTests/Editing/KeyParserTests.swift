import OrreryRandom
import OrreryTerminal
import Testing

/// Bytes to keys, however they are cut.
struct KeyParserTests {
    private static let bytes = Array(
        "é日👩‍👧\u{1B}[1;5D\u{1B}OA\u{1B}[200~a\r\u{1B}[20x\u{1B}[201~\u{1B}\r\r\u{7F}\u{01}\u{1B}[13;2u\u{1B}[27;5;13~z"
            .utf8)
    private static let keys: [Key] = [
        .text("é日👩‍👧"), .wordLeft, .up, .text("a\n\u{1B}[20x"), .newline, .enter, .backspace, .control("a"), .newline,
        .newline, .text("z"),
    ]

    @Test func whole() {
        var parser = KeyParser()
        #expect(parser.push(Self.bytes) == Self.keys)
    }

    @Test(arguments: 1 ..< 7) func inParts(_ size: Int) {
        var parser = KeyParser(), keys: [Key] = []
        for start in stride(from: 0, to: Self.bytes.count, by: size) {
            keys += parser.push(Self.bytes[start ..< min(start + size, Self.bytes.count)])
        }
        #expect(Self.joined(keys) == Self.keys)
    }

    @Test func interruptEndsAPasteWithoutEnd() {
        var parser = KeyParser()
        #expect(parser.push(Array("\u{1B}[200~hello".utf8)) == [])
        #expect(parser.push([0x03]) == [.text("hello"), .control("c")])
        #expect(parser.push([0x04]) == [.control("d")])
    }

    @Test func escapeAlone() {
        var parser = KeyParser()
        #expect(parser.push([0x1B]) == [])
        #expect(parser.isUndecided)
        #expect(parser.flush() == [.escape])
        #expect(parser.push(Array("a".utf8)) == [.text("a")])
        #expect(parser.push([0x1B, 0x1B, 0x5B, 0x44]) == [.escape, .left])
    }

    @Test func brokenBytes() {
        var parser = KeyParser()
        #expect(parser.push([0xFF, 0x61, 0xE6, 0x97, 0x62, 0x80]) == [.text("\u{FFFD}a\u{FFFD}b\u{FFFD}")])
        #expect(parser.push([0xF0, 0x9F]) == [])
        #expect(!parser.isUndecided)
        #expect(parser.push([0x98, 0x80]) == [.text("😀")])
        // A sequence that never ends is given up.
        #expect(parser.push([0x1B, 0x5B] + Array(repeating: 0x31, count: 100)).contains(.unknown))
        #expect(parser.push([0x1B, 0x5B, 0x31, 0x0D]) == [.unknown, .enter])
        // A number that no integer holds.
        #expect(parser.push(Array("\u{1B}[99999999999999999999;99999999999999999999C".utf8)) == [.right])
    }

    /// Bytes of every kind: what comes out is text without controls, or keys; nothing stays undecided for ever.
    @Test func anyBytes() {
        var random = SplitMix64(seed: 7)
        for _ in 0 ..< 200 {
            var parser = KeyParser()
            let bytes = (0 ..< 60).map { _ in
                let choices: [UInt8] = [
                    0x1B, 0x5B, 0x4F, 0x7E, 0x32, 0x30, 0x31, 0x3B, 0x41, UInt8.random(in: 0 ... 255, using: &random),
                ]
                return choices.randomElement(using: &random)!
            }
            for byte in bytes { _ = parser.push([byte]) }
            _ = parser.flush()
            #expect(!parser.isUndecided)
        }
    }

    private static func joined(_ keys: [Key]) -> [Key] {
        keys.reduce(into: []) { joined, key in
            if case .text(let text) = key, case .text(let before)? = joined.last {
                joined[joined.count - 1] = .text(before + text)
            } else {
                joined.append(key)
            }
        }
    }
}
