/// A file that appears whole or not at all.
///
/// The bytes go to a temporary in the same directory. `commit()` flushes them to the disk, renames the temporary over
/// the destination and flushes the directory, so that after a crash at any moment the name leads to the complete old
/// content or the complete new one. On any error, and when dropped without a commit, the temporary is removed and the
/// old file is untouched.
///
/// A symbolic link at the destination is replaced, not followed: Hugging Face's cache shares the files behind its
/// links.
package final class AtomicFile {
    /// The destination.
    package let path: String
    private let temporaryPath: String
    /// The temporary, whose lock tells others that it is alive.
    private let lock: Descriptor
    /// Where the bytes go; nil when writing has ended.
    private var output: Descriptor?
    /// Small writes gather here.
    private var pending: [UInt8] = []
    private static let pendingLimit = 1 << 16

    /// Starts to write what will replace `path`.
    ///
    /// - Throws: `FileError` where the directory cannot be written, or `path` is a directory or a device.
    package convenience init(path: String) throws { try self.init(path: path, writingInto: nil) }

    /// - Parameter device: takes the bytes instead of the temporary. Tests pass /dev/full.
    package init(path: String, writingInto device: Descriptor?) throws {
        let old = FileStatus(path)
        switch old?.kind {
        case .directory: throw FileError.request(path, "is a directory", advice: "name a file")
        case .other:
            throw FileError.request(path, "is not a regular file and will not be replaced", advice: "name a file")
        case .file, .link, nil: break
        }
        guard path.utf8.last != UInt8(ascii: "/"), !path.isEmpty else {
            throw FileError.request(path, "names no file")
        }
        Temporary.removeStale(of: path)
        let (suffix, file) = try Temporary.make(for: path) { try Descriptor.creating($0) }
        self.path = path
        temporaryPath = Temporary.path(of: path, .unfinished, suffix)
        lock = file
        output = device ?? file
        if let old { try? file.setPermissions(old.permissions & 0o777) }
    }

    deinit { cancel() }

    /// Appends `bytes`. After an error the file is given up, and every further call throws.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        try givingUpOnError { output in
            if pending.count + bytes.count <= Self.pendingLimit {
                pending.append(contentsOf: bytes)
            } else {
                try flush(to: output)
                try output.write(bytes)
            }
        }
    }

    /// Appends `bytes`.
    package func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

    /// Appends the UTF-8 of `text`.
    package func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    /// Makes the new content durable and puts it in place of the old.
    package func commit() throws {
        try givingUpOnError { output in
            try flush(to: output)
            try output.sync()
            try Temporary.uninterrupted { try Directory.rename(temporaryPath, to: path) }
        }
        output = nil
        Temporary.forget(temporaryPath)
        try Directory.sync(Path.parent(path))
    }

    /// Gives up: the temporary is removed and the old file stays. Does nothing after `commit()`.
    package func cancel() {
        guard output != nil else { return }
        output = nil
        pending = []
        try? Directory.removeTree(temporaryPath)
        Temporary.forget(temporaryPath)
    }

    private func flush(to output: Descriptor) throws {
        try pending.withUnsafeBytes { try output.write($0) }
        pending.removeAll(keepingCapacity: true)
    }

    private func givingUpOnError(_ body: (Descriptor) throws -> Void) throws {
        guard let output else { throw FileError.request(path, "writing has ended, by a commit or after an error") }
        do { try body(output) } catch {
            cancel()
            throw (error as? FileError)?.renamed(path) ?? error
        }
    }
}

extension AtomicFile {
    /// Replaces the file at `path` with `bytes`, whole or not at all.
    package static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
        try FreeSpace.requireSpace(bytes.count, at: path)
        let file = try AtomicFile(path: path)
        try file.write(bytes)
        try file.commit()
    }

    /// Replaces the file at `path` with `bytes`, whole or not at all.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        try bytes.withUnsafeBytes { try write($0, to: path) }
    }

    /// Replaces the file at `path` with the UTF-8 of `text`, whole or not at all.
    package static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }
}
