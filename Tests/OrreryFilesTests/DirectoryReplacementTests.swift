import Foundation
import OrreryFiles
import Testing

@Suite struct DirectoryReplacementTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A set is two files that must belong together.
    private func begin(_ version: String) throws -> DirectoryReplacement {
        let set = try DirectoryReplacement(path: scratch("set"))
        try AtomicFile.write(version, to: set.path(for: "weights"))
        try AtomicFile.write(version, to: set.path(for: "training/state"))
        return set
    }

    private var version: String? {
        let (weights, state) = (scratch.text("set/weights"), scratch.text("set/training/state"))
        return weights == state ? weights : "torn: \(weights ?? "none") and \(state ?? "none")"
    }

    @Test func createsAndReplaces() throws {
        for version in ["1", "2", "3"] {
            try begin(version).commit()
            #expect(self.version == version)
            #expect(try scratch.names() == ["set"])
        }
    }

    @Test func cancelKeepsTheOld() throws {
        try begin("1").commit()
        try begin("2").cancel()
        do { _ = try begin("3") }
        #expect(version == "1")
        #expect(try scratch.names() == ["set"])
    }

    /// The steps of the exchange; a kill after each is played by letting go without tidying.
    @Test(arguments: 0 ... 2) func killedDuringExchange(steps: Int) throws {
        try begin("old").commit()
        do {
            let set = try begin("new")
            if steps > 0 { try set.seal() }
            if steps > 1, try !set.exchange() { return }  // this file system cannot
            set.abandon()
        }
        #expect(version == (steps > 1 ? "new" : "old"))
        #expect(try scratch.names().count == 2)
        try begin("next").commit()
        #expect(version == "next")
        #expect(try scratch.names() == ["set"])
    }

    /// The steps where names cannot be exchanged.
    @Test(arguments: 0 ... 4) func killedDuringTwoRenames(steps: Int) throws {
        try begin("old").commit()
        do {
            let set = try begin("new")
            try set.seal()
            if steps > 0 { try set.markComplete() }
            if steps > 1 { try set.moveOldAside() }
            if steps > 2 { try set.moveNewIn() }
            if steps > 3 { set.removeOld() }
            set.abandon()
        }
        #expect((scratch.text("set/weights") == nil) == (steps == 2))
        try DirectoryReplacement.recover(at: scratch("set"))
        #expect(version == (steps > 1 ? "new" : "old"))
        try begin("next").cancel()
        #expect(version == (steps > 1 ? "new" : "old"))
        #expect(try scratch.names() == ["set"])
    }

    @Test(arguments: 0 ... 2) func killedBeforeTheFirstSetWasThere(steps: Int) throws {
        do {
            let set = try begin("new")
            if steps > 0 { try set.seal() }
            if steps > 1 { try set.markComplete() }
            set.abandon()
        }
        try DirectoryReplacement.recover(at: scratch("set"))
        #expect(scratch.text("set/weights") == (steps > 1 ? "new" : nil))
        try begin("next").commit()
        #expect(version == "next")
        #expect(try scratch.names() == ["set"])
    }

    @Test func failureBetweenTheRenamesBringsTheOldBack() throws {
        try begin("old").commit()
        let set = try begin("new")
        try set.markComplete()
        try set.moveOldAside()
        set.cancel()
        #expect(version == "old")
        #expect(try scratch.names() == ["set"])
    }

    @Test func oldSetAloneIsRecovered() throws {
        try begin("old").commit()
        try FileManager.default.moveItem(atPath: scratch("set"), toPath: scratch("set.old-1-0"))
        try DirectoryReplacement.recover(at: scratch("set"))
        #expect(version == "old")
    }

    @Test func livingWritersAreLeftAlone() throws {
        try begin("1").commit()
        let first = try begin("2")
        let second = try begin("3")
        try second.commit()
        #expect(version == "3")
        try first.commit()
        #expect(version == "2")
        #expect(try scratch.names() == ["set"])
    }

    @Test func keepsOthers() throws {
        try scratch.put("log", at: "set/metrics.jsonl")
        try scratch.put("mine", at: "set/notes/todo.txt")
        try scratch.put("old", at: "set/weights")
        try scratch.put("half", at: "set/weights.tmp-1-0")
        try FileManager.default.createSymbolicLink(atPath: scratch("set/link"), withDestinationPath: "metrics.jsonl")
        let log = try #require(FileHandle(forUpdatingAtPath: scratch("set/metrics.jsonl")))
        let set = try begin("new")
        try set.keep(Directory.names(in: set.path))
        try set.commit()
        #expect(version == "new")
        #expect(try scratch.names("set") == ["link", "metrics.jsonl", "notes", "training", "weights"])
        #expect(scratch.text("set/notes/todo.txt") == "mine")
        // The open log goes on in the new set.
        try log.seekToEnd()
        try log.write(contentsOf: Data(" goes on".utf8))
        #expect(scratch.text("set/link") == "log goes on")
    }

    @Test func followsALinkToTheDirectory() throws {
        try begin("1").commit()
        try FileManager.default.createSymbolicLink(atPath: scratch("alias"), withDestinationPath: "set")
        let set = try DirectoryReplacement(path: scratch("alias"))
        try AtomicFile.write("2", to: set.path(for: "weights"))
        try set.commit()
        #expect(scratch.text("set/weights") == "2")
        #expect(try scratch.names() == ["alias", "set"])
    }

    @Test func refuses() throws {
        try scratch.put("a file", at: "file")
        #expect(line { try DirectoryReplacement(path: scratch("file")) }.contains("is not a directory"))
        #expect(line { try DirectoryReplacement(path: "") }.contains("names no directory"))
        let set = try begin("1")
        for name in ["../x", "/etc/x", "", "a/../../x", "a//b", ".", "a\0b"] {
            #expect(line { try set.path(for: name) }.contains("not a name inside the directory"))
        }
        try set.commit()
        #expect(line { try set.path(for: "x") }.contains("has ended"))
        #expect(line { try set.commit() }.contains("has ended"))
    }
}
