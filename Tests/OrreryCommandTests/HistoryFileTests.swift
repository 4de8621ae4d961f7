import Foundation
import OrreryCommand
import Testing

/// What was typed is found again, and nothing that is wrong with its file stops a chat.
@Suite struct HistoryFileTests {
    @Test func keepsEveryText() throws {
        let scratch = try Scratch(), file = HistoryFile(path: scratch("state/orrery/history"))
        let texts = ["one", #"a\nb and \\"#, "two\nlines\n", "日本語 👩‍👩‍👧", "\ttab\u{1B}", #"\"#]
        for text in texts { file.append(text) }
        #expect(file.read() == texts)
        #expect(HistoryFile(path: file.path).read() == texts)
        let attributes = try FileManager.default.attributesOfItem(atPath: scratch("state/orrery/history"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func isCut() throws {
        let scratch = try Scratch(), file = HistoryFile(path: scratch("history"))
        try scratch.put((0 ..< 5000).map { "entry \($0)\n" }.joined(), at: "history")
        #expect(file.read() == (4000 ..< 5000).map { "entry \($0)" })
        #expect(try scratch.content("history").text.hasPrefix("entry 4000\n"))
        // Few entries, but long ones.
        try scratch.put(
            (0 ..< 100).map { "\($0)" + String(repeating: "x", count: 16_000) + "\n" }.joined(), at: "history")
        #expect(file.read().last?.hasPrefix("99x") == true)
        #expect(try scratch.content("history").bytes.count < 600_000)
        file.append(String(repeating: "x", count: 100_000))
        #expect(file.read().last?.hasPrefix("99x") == true)
    }

    /// ORRERY_HISTORY may name a file by mistake.
    @Test func aLargeFileOfSomethingElseStays() throws {
        let scratch = try Scratch(), text = String(repeating: "something else\n", count: 400_000)
        try scratch.put(text, at: "book.txt")
        let file = HistoryFile(path: scratch("book.txt"))
        #expect(file.read() == [])
        file.append("x")
        #expect(try scratch.content("book.txt").text == text)
    }

    /// The home is the environment's, as for a shell's ~, and not the account's.
    @Test func followsTheEnvironment() {
        #expect(StateDirectory.path(["HOME": "/a", "XDG_STATE_HOME": "/b"]) == "/b/orrery")
        for environment in [["HOME": "/a"], ["HOME": "/a", "XDG_STATE_HOME": "relative"]] {
            let path = StateDirectory.path(environment)
            #expect(path.hasPrefix("/a/") && path.hasSuffix("/orrery"), "\(path)")
        }
        #expect(StateDirectory.path([:]).hasPrefix("/"))
        #expect(!StateDirectory.path(["HOME": "relative"]).contains("relative"))
    }

    @Test func nothingStopsIt() throws {
        let scratch = try Scratch()
        for path in ["/dev/full", "/proc/nowhere/history", scratch.path, scratch("fifo")] {
            if path.hasSuffix("fifo") { mkfifo(path, 0o600) }
            let file = HistoryFile(path: path)
            file.append("x")
            #expect(file.read() == [])
        }
        try scratch.put([0xFF, 0xFE, 0x0A, 0x0A, 0x5C, 0x0A], at: "odd")
        #expect(HistoryFile(path: scratch("odd")).read() == ["\u{FFFD}\u{FFFD}", ""])
    }

    @Test(
        arguments: [
            ("/clear", ChatCommand.clear, nil), ("/new", .clear, nil), ("/reset x", .clear, "x"),
            ("/system Be kind.", .system, "Be kind."),
            ("/system\nTwo\nlines", .system, "Two\nlines"), ("/quit ", .quit, nil), ("/exit", .quit, nil),
            ("/Clear", nil, nil), ("/", nil, nil), ("//", nil, nil),
        ] as [(String, ChatCommand?, String?)]) func commands(_ line: String, _ command: ChatCommand?, _ rest: String?)
    {
        let parsed = ChatCommand.parse(line)
        #expect(parsed.0 == command)
        #expect(parsed.1 == rest)
    }
}
