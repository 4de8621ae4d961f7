import Foundation
import OrreryFiles

/// What has arrived of a content, in a file next to its place that a later attempt, also of another process, continues.
final class PartialFile {
    private let path: String
    private let file: Descriptor
    private let fresh: ContentDigest
    private var digest: ContentDigest
    /// Bytes in the file.
    private(set) var count = 0
    /// Whether the file began with bytes of an earlier attempt.
    private(set) var isContinued = false

    /// Opens the file, and reads what is there for its hash.
    init(_ path: String, _ digest: ContentDigest, _ watch: PullWatch) throws {
        (self.path, fresh, self.digest) = (path, digest, digest)
        file = try Descriptor.continuing(path)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { piece.deallocate() }
        while true {
            try watch.check()
            let read = try file.read(into: piece)
            if read == 0 { break }
            self.digest.add(UnsafeRawBufferPointer(rebasing: piece[..<read]))
            count += read
        }
        isContinued = count > 0
    }

    func append(_ data: Data) throws {
        try data.withUnsafeBytes { bytes in
            try file.write(bytes)
            digest.add(bytes)
        }
        count += data.count
    }

    /// Begins again with nothing.
    func restart() throws {
        try file.truncate()
        (digest, count, isContinued) = (fresh, 0, false)
    }

    /// What is wrong with the content; nil where it is what was announced.
    var difference: String? { digest.difference }

    /// Makes the content durable under its name.
    func finish(at place: String) throws {
        try file.sync()
        try Directory.rename(path, to: place)
        try Directory.sync(Path.parent(place))
    }
}
