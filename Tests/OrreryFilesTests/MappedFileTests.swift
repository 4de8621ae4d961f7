import Foundation
import OrreryFiles
import Testing

@Suite struct MappedFileTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test func givesTheBytes() throws {
        let file = try MappedFile(path: scratch.put("hello", at: "a"))
        #expect(file.count == 5)
        #expect(file.withUnsafeBytes { Array($0) } == Array("hello".utf8))
        #expect(try file.region(offset: 1, count: 3).withUnsafeBytes { Array($0) } == Array("ell".utf8))
        file.prefetch()
    }

    @Test func regionKeepsTheMapAndOutlivesTheName() throws {
        let region: MappedRegion
        do {
            let path = try scratch.put("hello", at: "a")
            region = try MappedFile(path: path).region(offset: 4, count: 1)
            try FileManager.default.removeItem(atPath: path)
        }
        #expect(region.withUnsafeBytes { $0[0] } == UInt8(ascii: "o"))
    }

    @Test func emptyFile() throws {
        let file = try MappedFile(path: scratch.put("", at: "empty"))
        #expect(file.count == 0)
        #expect(file.withUnsafeBytes { $0.count } == 0)
        #expect(try file.region(offset: 0, count: 0).withUnsafeBytes { $0.count } == 0)
        file.prefetch()
    }

    @Test(arguments: [(-1, 1), (0, 6), (6, 0), (5, 1), (0, -1), (3, .max), (.max, .max), (.min, .min), (.max, 1)])
    func regionOutOfBounds(offset: Int, count: Int) throws {
        let file = try MappedFile(path: scratch.put("hello", at: "a"))
        #expect(line { try file.region(offset: offset, count: count) }.contains("byte \(offset)"))
    }

    @Test func whatCannotBeMapped() throws {
        #expect(
            line { try MappedFile(path: scratch("none")) }.hasSuffix(
                "none: cannot open for reading: no such file or directory; check the path"))
        #expect(line { try MappedFile(path: scratch.path) }.contains("is a directory"))
        #expect(line { try MappedFile(path: "/dev/null") }.contains("not a regular file"))
        #expect(line { try MappedFile(path: scratch("a\0b")) }.contains("zero byte"))
        #expect(line { try MappedFile(path: "") }.contains("no such file"))
        #expect(throws: FileError.self) { try MappedFile(path: scratch("a\nb\u{1B}[31m")) }
        #expect(line { try MappedFile(path: scratch("a\nb\u{1B}[31m")) }.contains("a\\u{a}b\\u{1b}[31m"))
    }

    @Test(.disabled(if: geteuid() == 0, "root may read everything")) func permissionDenied() throws {
        let path = try scratch.put("secret", at: "a")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        #expect(line { try MappedFile(path: path) }.contains("permission denied"))
    }

    @Test func wholeFileHasALimit() throws {
        let path = try scratch.put("hello", at: "a")
        #expect(try WholeFile.read(path) == Array("hello".utf8))
        #expect(line { try WholeFile.read(path, limit: 4) }.contains("at most 4 bytes"))
        #expect(line { try WholeFile.read(scratch.path) }.contains("is a directory"))
        #if os(Linux)
        #expect(line { try WholeFile.read("/dev/zero", limit: 1000) }.contains("at most 1.0 kB"))
        #endif
    }
}
