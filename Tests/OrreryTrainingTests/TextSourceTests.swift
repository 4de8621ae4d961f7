import Foundation
import OrreryDemo
import OrreryTraining
import Testing

/// Where text comes from.
@Suite struct TextSourceTests {
    @Test func file() throws {
        let scratch = try Scratch()
        let path = try scratch.put("Grüße\r\n\n".utf8, at: "text.txt")
        #expect(try TextSource(path).read() == Array("Grüße\r\n\n".utf8), "bytes as they are")
    }

    /// In the order of the paths' bytes, a newline between two; hidden, empty and binary files are no text.
    @Test func directory() throws {
        let scratch = try Scratch()
        for (name, text) in [
            ("corpus/b.txt", "second"), ("corpus/a.txt", "first\n"), ("corpus/c/deep/d.md", "fourth"), ("corpus/Z.txt", "zeroth"), ("corpus/.hidden", "no"),
            ("corpus/.git/config", "no"), ("corpus/empty.txt", ""), ("corpus/image.bin", "\u{1}\0\u{2}"), ("corpus/c/b.txt", "third"),
        ] { try scratch.put(text.utf8, at: name) }
        #expect(try String(decoding: TextSource(scratch("corpus")).read(), as: UTF8.self) == "zeroth\nfirst\n\nsecond\nthird\nfourth")
        #expect(try TextSource(scratch("corpus") + "/").read() == TextSource(scratch("corpus")).read())
    }

    /// A link to a file elsewhere is text too; one that leads nowhere is not.
    @Test func links() throws {
        let scratch = try Scratch()
        try scratch.put("linked".utf8, at: "elsewhere.txt")
        try scratch.put("here".utf8, at: "corpus/z.txt")
        try FileManager.default.createSymbolicLink(atPath: scratch("corpus/a.txt"), withDestinationPath: scratch("elsewhere.txt"))
        try FileManager.default.createSymbolicLink(atPath: scratch("corpus/b.txt"), withDestinationPath: scratch("nowhere.txt"))
        #expect(try String(decoding: TextSource(scratch("corpus")).read(), as: UTF8.self) == "linked\nhere")
    }

    @Test func demo() throws {
        #expect(try TextSource("demo").read() == Array(DemoCorpus().text().utf8))
        #expect(TextSource("demo").isDemo && !TextSource("./demo").isDemo)
    }

    @Test func nothing() throws {
        let scratch = try Scratch()
        try scratch.put([], at: "empty.txt")
        try scratch.put([0, 1, 2], at: "corpus/binary")
        #expect(line { try TextSource(scratch("empty.txt")).read() } == "\(scratch("empty.txt")): the file is empty; expected text")
        #expect(line { try TextSource(scratch("missing")).read() }.hasPrefix("\(scratch("missing")): no such file; expected a text file"))
        #expect(line { try TextSource(scratch("corpus")).read() }.hasPrefix("\(scratch("corpus")): no text file in this directory; expected"))
        #expect(line { try TextSource("").read() }.contains("no such file"))
    }
}
