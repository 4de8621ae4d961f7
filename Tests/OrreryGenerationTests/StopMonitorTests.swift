import OrreryGeneration
import OrreryRandom
import OrreryTokenizers
import Testing

@Suite struct StopMonitorTests {
    /// What is shown of `pieces`, each a token, and why it ended.
    private func run(
        _ pieces: [String], _ conditions: StopConditions
    ) throws -> (shown: [String], reason: FinishReason?) {
        var monitor = try StopMonitor(conditions)
        var shown: [String] = []
        for piece in pieces where monitor.finishReason == nil {
            shown.append(String(decoding: monitor.receive(1, Array(piece.utf8)), as: UTF8.self))
        }
        return (shown, monitor.finishReason)
    }

    @Test func aPossibleStartIsHeldBack() throws {
        let stops = StopConditions(stopStrings: ["User:"])
        #expect(
            try run(["Hi U", "se", "ful ", "\nUse", "r:", "x"], stops) == (["Hi ", "", "Useful ", "\n", ""], .stop))
        #expect(try run(["aUser: and more"], stops) == (["a"], .stop))
        #expect(try run(["UUser:"], stops) == (["U"], .stop))
        let repeating = StopConditions(stopStrings: ["aab"])
        #expect(try run(["a", "a", "a", "a", "b"], repeating) == (["", "", "a", "a", ""], .stop))
    }

    @Test func charactersCutInTheMiddleAreFound() throws {
        var monitor = try StopMonitor(StopConditions(stopStrings: ["é!"]))
        #expect(monitor.receive(0, [0xC3]) == [])
        #expect(monitor.receive(0, [0xA8]) == [0xC3, 0xA8])
        #expect(monitor.receive(0, [0x61, 0xC3]) == [0x61])
        #expect(monitor.receive(0, [0xA9, 0x21]) == [])
        #expect(monitor.finishReason == .stop)
    }

    /// However the bytes are cut, the same text is shown and the same string ends it.
    @Test func theCutsDoNotMatter() throws {
        var random = SplitMix64(seed: 5)
        for _ in 0 ..< 3000 {
            let text = (0 ..< 12).map { _ in "abc".randomElement(using: &random)! }
            let stops = (0 ..< 3).map { _ in
                String(
                    (0 ..< Int.random(in: 1 ... 4, using: &random)).map { _ in "abc".randomElement(using: &random)! })
            }
            var pieces: [String] = [""]
            for character in text {
                if Bool.random(using: &random) { pieces.append("") }
                pieces[pieces.count - 1].append(character)
            }
            let conditions = StopConditions(endTokens: [9], stopStrings: stops)
            var monitor = try StopMonitor(conditions)
            var shown: [UInt8] = []
            for piece in pieces where monitor.finishReason == nil { shown += monitor.receive(1, Array(piece.utf8)) }
            let found = monitor.finishReason != nil
            if !found { shown += monitor.receive(9, []) }
            // By definition: the shortest beginning that ends with a stop string, without the longest such.
            let ends = (1 ... text.count).first { end in stops.contains { String(text[..<end]).hasSuffix($0) } }
            let expected = ends.map { end in
                String(text[..<end]).dropLast(stops.filter { String(text[..<end]).hasSuffix($0) }.map(\.count).max()!)
            }
            #expect(found == (ends != nil))
            #expect(String(decoding: shown, as: UTF8.self) == expected.map(String.init) ?? String(text))
        }
    }

    @Test func endTokensAndLengthEndIt() throws {
        var monitor = try StopMonitor(StopConditions(endTokens: [7], maxTokens: 3, stopStrings: ["ab"]))
        #expect(monitor.receive(1, [0x61]) == [])
        #expect(monitor.receive(7, [0x3C]) == [0x61, 0x3C])
        #expect(monitor.finishReason == .stop)
        #expect(monitor.tokenCount == 1)
        #expect(
            try run(["x", "y", "a", "b"], StopConditions(maxTokens: 3, stopStrings: ["ab"])) == (
                ["x", "y", "a"], .length
            ))
        #expect(try run(["x", "a", "b"], StopConditions(maxTokens: 3, stopStrings: ["ab"])) == (["x", "", ""], .stop))
        #expect(try run(["x", "y"], StopConditions()) == (["x", "y"], nil))
        var full = try StopMonitor(StopConditions(stopStrings: ["ab"]))
        #expect(full.receive(1, [0x61]) == [])
        #expect(full.finish(.length) == [0x61])
        #expect(full.finishReason == .length)
        #expect(FinishReason.length.rawValue == "length")
    }

    @Test func conditionsThatCannotBeAreRefused() {
        #expect(
            message { _ = try StopMonitor(StopConditions(maxTokens: 0)) }
                == "the number of tokens is 0; expected at least 1")
        #expect(
            message { _ = try StopMonitor(StopConditions(stopStrings: ["a", ""])) }
                == "a stop string is \"\"; expected at least one character")
    }
}
