import Foundation
import OrreryDemo
import OrreryTraining
import Testing

/// Where text comes from.
@Suite struct TextSourceTests {
    @Test func file() throws {
        let scratch = try Scratch()
        let path = try scratch.put("Grüße\r\n\n".utf8, at: "text.txt")
        #expect(try TextSource(path).read().bytes == Array("Grüße\r\n\n".utf8), "bytes as they are")
    }

    /// The mark that editors on Windows put before a text is no part of it, before records neither.
    @Test func byteOrderMark() throws {
        let scratch = try Scratch()
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let path = try scratch.put(mark + Array("Grüße\u{FEFF}".utf8), at: "text.txt")
        #expect(try TextSource(path).read().bytes == Array("Grüße\u{FEFF}".utf8))
        let rows = try scratch.put(mark + Array("text,id\nabc,1\n".utf8), at: "rows.csv")
        #expect(
            try String(decoding: TextSource(DataSources([rows]), field: "text").read().bytes, as: UTF8.self).contains(
                "abc"))
    }

    /// What is not UTF-8 is told apart by its bytes.
    @Test(
        arguments: [
            ([0xFF, 0xFE, 0x61, 0], "iconv -f utf-16 "), ([0x61, 0x92, 0x73], "iconv -f windows-1252 "),
            ([0x63, 0xE9, 0x20], "iconv -f latin1 "),
        ] as [([UInt8], String)])
    func otherEncodings(_ bytes: [UInt8], _ advice: String) throws {
        let scratch = try Scratch()
        let path = try scratch.put(bytes, at: "text.txt")
        #expect(line { try TextSource(path).read() }.contains(advice))
    }

    /// In the order of the paths' bytes, a newline between two; hidden, empty and binary files are no text.
    @Test func directory() throws {
        let scratch = try Scratch()
        for (name, text) in [
            ("corpus/b.txt", "second"), ("corpus/a.txt", "first\n"), ("corpus/c/deep/d.md", "fourth"),
            ("corpus/Z.txt", "zeroth"), ("corpus/.hidden", "no"),
            ("corpus/.git/config", "no"), ("corpus/empty.txt", ""), ("corpus/image.bin", "\u{1}\0\u{2}"),
            ("corpus/c/b.txt", "third"),
        ] { try scratch.put(text.utf8, at: name) }
        #expect(
            try String(decoding: TextSource(scratch("corpus")).read().bytes, as: UTF8.self)
                == "zeroth\nfirst\n\nsecond\nthird\nfourth")
        #expect(try TextSource(scratch("corpus") + "/").read().bytes == TextSource(scratch("corpus")).read().bytes)
    }

    /// A link to a file elsewhere is text too; one that leads nowhere is not.
    @Test func links() throws {
        let scratch = try Scratch()
        try scratch.put("linked".utf8, at: "elsewhere.txt")
        try scratch.put("here".utf8, at: "corpus/z.txt")
        try FileManager.default.createSymbolicLink(
            atPath: scratch("corpus/a.txt"), withDestinationPath: scratch("elsewhere.txt"))
        try FileManager.default.createSymbolicLink(
            atPath: scratch("corpus/b.txt"), withDestinationPath: scratch("nowhere.txt"))
        #expect(try String(decoding: TextSource(scratch("corpus")).read().bytes, as: UTF8.self) == "linked\nhere")
    }

    /// A directory that may not be read is not an empty one. Root may read everything.
    @Test(.enabled(if: geteuid() != 0)) func unreadable() throws {
        let scratch = try Scratch()
        try scratch.put("text".utf8, at: "corpus/a.txt")
        try scratch.put("more".utf8, at: "corpus/closed/b.txt")
        func set(_ permissions: Int, _ name: String) throws {
            try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: scratch(name))
        }
        try set(0, "corpus/closed")
        let report = try TextSource(scratch("corpus")).read().report
        #expect(report.skipped == [.init(path: scratch("corpus/closed"), reason: .unreadable)])
        #expect(
            line { try TextSource(scratch("corpus/closed")).read() }.contains("closed: cannot list: permission denied"))
        try set(0o700, "corpus/closed")
    }

    @Test func demo() throws {
        #expect(try TextSource("demo").read().bytes == Array(DemoCorpus().text().utf8))
        #expect(TextSource("demo").isDemo && !TextSource("./demo").isDemo)
    }

    @Test func nothing() throws {
        let scratch = try Scratch()
        try scratch.put([], at: "empty.txt")
        try scratch.put([0, 1, 2], at: "corpus/binary")
        #expect(
            line { try TextSource(scratch("empty.txt")).read() }
                == "\(scratch("empty.txt")): the file is empty; expected text")
        #expect(
            line { try TextSource(scratch("missing")).read() }.hasPrefix(
                "\(scratch("missing")): does not exist; expected a text file"))
        #expect(
            line { try TextSource(scratch("corpus")).read() }.hasPrefix(
                "\(scratch("corpus")): no text file in this directory; expected"))
        #expect(line { try TextSource("").read() }.contains("does not exist"))
    }

    /// Everything that is not read is named with its reason; what the user named himself is an error instead.
    @Test func whatIsLeftOutIsNamed() throws {
        let scratch = try Scratch()
        for (name, bytes) in [
            ("corpus/a.txt", Array("good".utf8)), ("corpus/.hidden", Array("no".utf8)),
            ("corpus/.git/config", Array("no".utf8)), ("corpus/empty.txt", []),
            ("corpus/image.bin", [1, 0, 2]), ("corpus/latin.txt", Array("two\nca".utf8) + [0xE9]),
            ("corpus/rows.csv", Array("a,b\n1,2\n".utf8)),
        ] { try scratch.put(bytes, at: name) }
        let report = try TextSource(scratch("corpus")).read().report
        #expect(report.files == 1 && report.bytes == 4)
        let found = Dictionary(
            uniqueKeysWithValues: report.skipped.map {
                ($0.path.replacing(scratch("corpus") + "/", with: ""), $0.reason)
            })
        #expect(
            found == [
                ".hidden": .hidden, ".git": .hidden, "empty.txt": .empty, "image.bin": .binary, "latin.txt": .malformed,
                "rows.csv": .records,
            ])
        #expect(
            line { try TextSource(scratch("corpus/latin.txt")).read() }.hasPrefix(
                "\(scratch("corpus/latin.txt")): line 2, byte 3 of it: 0xE9 is not UTF-8"))
        #expect(report.skipped.first { $0.reason == .malformed }?.place == "line 2, byte 3")
        try scratch.put([0x7F, 0x45, 0, 0xFF], at: "program")
        #expect(
            line { try TextSource(scratch("program")).read() }.contains("program: this is a binary file, and not text"))
        #expect(try TextSource(DataSources(scratch("corpus/latin.txt")), requiresUTF8: false).read().bytes.last == 0xE9)
    }

    @Test func severalSources() throws {
        let scratch = try Scratch()
        let paths = [try scratch.put("one".utf8, at: "1.txt"), try scratch.put("two".utf8, at: "2.txt")]
        let text = try TextSource(DataSources(paths)).read()
        #expect(String(decoding: text.bytes, as: UTF8.self) == "one\ntwo")
        #expect(text.documents == [0 ..< 3, 4 ..< 7])
    }

    /// What is reached in two ways is read once, or validation would see what was learnt from.
    @Test func readOnce() throws {
        let scratch = try Scratch()
        for (name, text) in [("corpus/a.txt", "first"), ("corpus/b.txt", "second")] {
            try scratch.put(text.utf8, at: name)
        }
        let text = try TextSource(
            DataSources([scratch("corpus"), scratch("corpus/../corpus/a.txt"), scratch("corpus")])
        ).read()
        #expect(String(decoding: text.bytes, as: UTF8.self) == "first\nsecond")
        #expect(text.report.skippedByReason.map(\.reason.rawValue) == ["given twice"])
        #expect(text.report.skipped.count == 3)
    }

    /// What is written for programs is read as it stands, and named.
    @Test(
        arguments: [
            ("records.txt", "{\"text\": \"a\"}\n{\"text\": \"b\"}\n", "JSON records"),
            ("list.txt", "[{\"text\": \"a\"}]", "JSON records"),
            ("picture.svg", "<?xml version=\"1.0\"?>\n<svg width=\"2\"/>", "an SVG picture"),
            ("picture.txt", "<svg/>", "an SVG picture"),
            ("feed.xml", "<?xml version=\"1.0\"?><feed/>", "XML"), ("page.html", "\n<!DOCTYPE html><p>Hello", "HTML"),
            ("prose.txt", "{braces} in a text", nil), ("prose.md", "<b>bold</b> prose", nil),
            ("list.md", "[a link]: b", nil),
        ] as [(String, String, String?)])
    func rawSyntax(_ name: String, _ content: String, _ kind: String?) throws {
        let scratch = try Scratch(), path = try scratch.put(content.utf8, at: name), text = try TextSource(path).read()
        #expect(text.bytes == Array(content.utf8))
        #expect(text.report.warnings.map(\.path) == (kind == nil ? [] : [path]))
        if let kind { #expect(text.report.warnings[0].problem.hasPrefix(kind + ":")) }
    }

    /// A record without the field is counted, and the first one is named.
    @Test func recordWithoutText() throws {
        let scratch = try Scratch(),
            path = try scratch.put("{\"text\": \"a\"}\n\n{\"id\": 2}\n{\"text\": \"\"}\n".utf8, at: "a.jsonl")
        let report = try TextSource(DataSources([path]), field: "text").read().report
        #expect(report.records == 1 && report.emptyRecords == 2 && report.firstEmptyRecord == "\(path): line 3")
    }
}
