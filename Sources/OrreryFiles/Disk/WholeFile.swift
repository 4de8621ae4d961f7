/// Small files, and pipes, read at once.
package enum WholeFile {
    /// Every byte of `path`, which may be a pipe.
    ///
    /// - Parameter limit: more than this many bytes is an error, so that a wrong path cannot fill the memory.
    package static func read(_ path: String, limit: Int = 1 << 30) throws -> [UInt8] {
        let file = try Descriptor.readingBlocking(path)
        let status = try file.status()
        guard status.kind != .directory else { throw FileError.request(path, "is a directory", advice: "name a file") }
        guard status.byteCount <= limit else { throw tooLarge(path, limit) }

        var bytes: [UInt8] = []
        bytes.reserveCapacity(status.byteCount)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { piece.deallocate() }
        while true {
            let count = try file.read(into: piece)
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else { throw tooLarge(path, limit) }
            bytes.append(contentsOf: piece[..<count])
        }
    }

    private static func tooLarge(_ path: String, _ limit: Int) -> FileError {
        .content(path, expected: "at most \(ByteCount.text(limit))", found: "more")
    }
}
