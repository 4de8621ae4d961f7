import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Unfinished work next to its destination: `NAME.tmp-PID-N`.
///
/// The process id is for people. Whether the owner still lives is told by an advisory lock (flock) on the temporary
/// itself, which the kernel drops with the process: ids are reused, and in a container every run may have the same one.
package enum Temporary {
    /// What state the work was in.
    enum Stage: String {
        /// Being written.
        case unfinished = "tmp"
        /// A complete directory on its way in, where the system cannot exchange two names.
        case complete = "new"
        /// The directory it replaces, on its way out.
        case replaced = "old"
    }

    private static let counter = Atomic<Int>(0)
    /// The unfinished work of this process.
    private static let live = Mutex<Set<String>>([])

    /// A suffix that no other living work of this process has.
    static func uniqueSuffix() -> String {
        "\(getpid())-\(counter.wrappingAdd(1, ordering: .relaxed).oldValue)"
    }

    static func path(of destination: String, _ stage: Stage, _ suffix: String) -> String {
        "\(destination).\(stage.rawValue)-\(suffix)"
    }

    /// Whether `name` is a temporary in `stage`: of `destination` or, where that is nil, of anything.
    static func isTemporary(_ name: String, of destination: String? = nil, _ stage: Stage) -> Bool {
        let mark = Array(".\(stage.rawValue)-".utf8)
        let bytes = Array(name.utf8)
        // PID-N from the end, then the mark, then the destination's name.
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(byte) }
        let counter = bytes.reversed().prefix(while: isDigit).count
        var rest = bytes.dropLast(counter)
        guard counter > 0, rest.popLast() == UInt8(ascii: "-") else { return false }
        let process = rest.reversed().prefix(while: isDigit).count
        rest = rest.dropLast(process)
        guard process > 0, rest.count > mark.count, rest.suffix(mark.count).elementsEqual(mark) else { return false }
        return destination.map { rest.dropLast(mark.count).elementsEqual($0.utf8) } ?? true
    }

    /// Whether `name` is unfinished work of any destination, as a process that was killed leaves it.
    package static func isLeftOver(_ name: String) -> Bool {
        isTemporary(name, .unfinished) || isTemporary(name, .complete) || isTemporary(name, .replaced)
    }

    /// Creates a locked temporary with `create`, which must fail where the name is taken.
    static func make(
        for destination: String, _ create: (String) throws -> Descriptor
    ) throws -> (suffix: String, file: Descriptor) {
        for _ in 0 ..< 1000 {
            let suffix = uniqueSuffix()
            let path = path(of: destination, .unfinished, suffix)
            do {
                let file = try create(path)
                // Between creation and lock a cleaner may have taken it for stale; then it is gone, or about to go.
                if file.tryLock() != .heldByAnother, let there = FileStatus(path, followingLinks: false),
                    try file.status().isSameFile(as: there)
                {
                    _ = live.withLock { $0.insert(path) }
                    return (suffix, file)
                }
            } catch let error as FileError {
                if error.isAlreadyThere { continue }
                throw error.renamed(destination)
            }
        }
        throw FileError.request(
            destination, "no free name for a temporary file next to it", advice: "remove its .tmp- files")
    }

    /// Says that the work at `path` has been put in place, or given up.
    static func forget(_ path: String) { _ = live.withLock { $0.remove(path) } }

    /// Runs renames that belong together, so that `removeAll` never comes between them.
    static func uninterrupted<R>(_ body: () throws -> R) rethrows -> R { try live.withLock { _ in try body() } }

    /// Removes all unfinished work of this process, which is about to end. Nothing can be put in place after this.
    package static func removeAll() {
        live.withLock { paths in
            for path in paths { try? Directory.removeTree(path) }
        }
    }

    /// Removes what dead processes left of `destination`. What cannot be removed stays: it is in nobody's way.
    static func removeStale(of destination: String, _ stages: [Stage] = [.unfinished]) {
        let directory = Path.parent(destination)
        guard let names = try? Directory.names(in: directory) else { return }
        for stage in stages {
            for name in names where isTemporary(name, of: Path.name(destination), stage) {
                let path = Path.join(directory, name)
                guard let lock = lockIfAbandoned(path) else { continue }
                // A complete set may be the only one there is: looked at under its lock, when its writer can do no
                // more.
                if stage == .unfinished || FileStatus(destination) != nil { try? Directory.removeTree(path) }
                withExtendedLifetime(lock) {}
            }
        }
    }

    /// The lock of a temporary whose owner is gone; nil where it lives, or where that cannot be known.
    static func lockIfAbandoned(_ path: String) -> Descriptor? {
        guard let before = FileStatus(path, followingLinks: false), before.kind == .file || before.kind == .directory,
            let file = try? Descriptor.reading(path), file.tryLock() == .taken,
            let after = FileStatus(path, followingLinks: false),
            let opened = try? file.status(), opened.isSameFile(as: after)
        else { return nil }
        return file
    }
}
