import Foundation
import OrreryFiles
import Testing

@Suite struct AtomicFileTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func replaces() throws {
        try scratch.put("old", at: "a")
        try AtomicFile.write("new", to: scratch("a"))
        #expect(scratch.text("a") == "new")
        #expect(try scratch.names() == ["a"])
    }

    @Test func oldStaysUntilCommit() throws {
        try scratch.put("old", at: "a")
        let file = try AtomicFile(path: scratch("a"))
        try file.write([UInt8](repeating: 65, count: 200_000))
        try file.write("B")
        #expect(scratch.text("a") == "old")
        #expect(try scratch.names().count == 2)
        try file.commit()
        #expect(scratch.text("a") == String(repeating: "A", count: 200_000) + "B")
        #expect(try scratch.names() == ["a"])
        #expect(line { try file.write("more") }.contains("has ended"))
    }

    @Test func droppedWithoutCommit() throws {
        try scratch.put("old", at: "a")
        do {
            let file = try AtomicFile(path: scratch("a"))
            try file.write("half")
        }
        #expect(scratch.text("a") == "old")
        #expect(try scratch.names() == ["a"])
    }

    @Test func keepsPermissions() throws {
        let path = try scratch.put("old", at: "a")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        try AtomicFile.write("new", to: path)
        #expect(FileStatus(path)?.permissions == 0o640)
    }

    @Test func replacesALinkNotItsTarget() throws {
        try scratch.put("shared", at: "blob")
        try FileManager.default.createSymbolicLink(atPath: scratch("a"), withDestinationPath: scratch("blob"))
        try AtomicFile.write("new", to: scratch("a"))
        #expect(scratch.text("blob") == "shared")
        #expect(scratch.text("a") == "new")
    }

    @Test func refusesWhatIsNoFile() throws {
        #expect(line { try AtomicFile.write("x", to: scratch.path) }.contains("is a directory"))
        #expect(line { try AtomicFile.write("x", to: "/dev/null") }.contains("not a regular file"))
        #expect(line { try AtomicFile.write("x", to: scratch("none/a")) }.contains("no such file or directory"))
        #expect(line { try AtomicFile.write("x", to: scratch("a/")) }.contains("names no file"))
        #expect(try scratch.names() == [])
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "needs /dev/full"))
    func fullDiskLeavesNothingBehind() throws {
        try scratch.put("old", at: "a")
        let file = try AtomicFile(path: scratch("a"), writingInto: Descriptor.writing("/dev/full"))
        #expect(try scratch.names().count == 2)
        do {
            try file.write([UInt8](repeating: 0, count: 1 << 20))
            Issue.record("a full disk took the bytes")
        } catch let error as FileError {
            #expect(error.isOutOfSpace)
            #expect(
                "\(error)".hasSuffix(
                    "a: cannot write: no space left on the disk; free some space, or choose another disk"))
        }
        #expect(try scratch.names() == ["a"])
        #expect(scratch.text("a") == "old")
        #expect(throws: FileError.self) { try file.commit() }

        // A small file fails only when it is flushed.
        let small = try AtomicFile(path: scratch("a"), writingInto: Descriptor.writing("/dev/full"))
        try small.write("tiny")
        #expect(throws: FileError.self) { try small.commit() }
        #expect(try scratch.names() == ["a"])
        #expect(scratch.text("a") == "old")
    }

    @Test func removesWhatDeadWritersLeft() throws {
        try scratch.put("half", at: "a.tmp-1-0")
        try scratch.put("of another file", at: "b.tmp-1-0")
        try scratch.put("not ours", at: "a.tmp-x")
        let alive = try AtomicFile(path: scratch("a"))
        try AtomicFile.write("new", to: scratch("a"))
        #expect(try scratch.names().filter { !$0.hasPrefix("a.tmp-\(getpid())") } == ["a", "a.tmp-x", "b.tmp-1-0"])
        try alive.write("last wins")
        try alive.commit()
        #expect(scratch.text("a") == "last wins")
    }

    @Test func freeSpace() throws {
        let free = try FreeSpace.bytes(at: scratch("not/there/yet"))
        #expect(free > 0)
        try FreeSpace.requireSpace(1, at: scratch.path)
        if free < .max {
            let text = line { try FreeSpace.requireSpace(.max, at: scratch.path) }
            #expect(text.contains("needs 9223.4 PB of disk space"))
        }
    }
}
