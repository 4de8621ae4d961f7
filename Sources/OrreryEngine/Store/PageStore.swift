import Dispatch
import Foundation
import Kernels
import OrreryFiles
import OrreryNN
import OrreryTokenizers
import Synchronization

/// Pages of keys and values in files, so that a restarted engine finds a long prompt again.
///
/// Every combination of model and settings has a directory of its own, every full page a file in it. Files are written
/// whole or not at all, checked when they are read, and removed by last use where all together exceed a limit. Nothing
/// else under the directory is touched.
final class PageStore: Sendable {
    /// Pages that lie one after another in a sequence.
    struct Run: Sendable {
        var keys: [PageKey]
        /// The tokens of each.
        var tokens: [[TokenID]]
    }

    private struct Entry {
        var byteCount: Int
        var lastUse: Double
    }

    private struct State {
        /// Every page under the directory, those of other models included, by its path.
        var entries: [String: Entry] = [:]
        var byteCount = 0
        /// The pages that are still to be written.
        var pending: Set<String> = []
        /// Why pages cannot be written, as long as they cannot.
        var failure: String?
        var written = 0
    }

    /// What may wait to be written; beyond it pages are not kept.
    private static let pendingLimit = 256 << 20

    private let directory: String
    private let limit: Int
    private let pool: KeyValuePool
    private let layers: Int
    private let state: Mutex<State>
    // Reading never waits for writing.
    private let reading = DispatchQueue(label: "orrery.pages.reading", qos: .userInitiated)
    private let writing = DispatchQueue(label: "orrery.pages.writing", qos: .utility)
    private let warn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - root: the directory of all models, made where it is missing.
    ///   - limit: the most bytes of all files under it.
    ///   - warn: says why a page is not kept.
    init(
        _ root: String, fingerprint: String, limit: Int, pool: KeyValuePool, layers: Int,
        warn: @escaping @Sendable (String) -> Void
    ) throws {
        (self.limit, self.pool, self.layers, self.warn) = (limit, pool, layers, warn)
        directory = Path.join(root, String(fingerprint.prefix(32)))
        try Directory.createAll(root)
        if FileStatus(directory) == nil {
            // What people wrote can be read from the pages.
            try Directory.create(directory, permissions: 0o700)
        }
        var state = State()
        for (path, entry) in try Self.scan(root) {
            state.entries[path] = entry
            state.byteCount += entry.byteCount
        }
        self.state = Mutex(state)
    }

    /// The pages that have been written, and the bytes of all that are kept.
    var written: (pages: Int, bytes: Int) { state.withLock { ($0.written, $0.byteCount) } }

    func contains(_ key: PageKey) -> Bool { state.withLock { $0.entries[path(key)] != nil } }

    private func path(_ key: PageKey) -> String { Path.join(directory, key.text + Self.suffix) }

    private static let suffix = ".page"

    private static func scan(_ root: String) throws -> [(String, Entry)] {
        try Directory.names(in: root).flatMap { model -> [(String, Entry)] in
            let directory = Path.join(root, model)
            guard model.count == 32, FileStatus(directory, followingLinks: false)?.kind == .directory else { return [] }
            return try Directory.names(in: directory).compactMap { name in
                let path = Path.join(directory, name)
                guard name.count == 64 + suffix.count, name.hasSuffix(suffix),
                    let status = FileStatus(path, followingLinks: false), status.kind == .file
                else { return nil }
                return (path, Entry(byteCount: status.byteCount, lastUse: FileTimes(path)?.modified ?? 0))
            }
        }
    }

    // MARK: Reading

    /// Reads pages up to the first that is missing or damaged, on a thread of its own.
    func read(_ run: Run, _ done: @escaping @Sendable ([KeyValuePages]) -> Void) {
        reading.async { [self] in
            var pages: [KeyValuePages] = []
            for (key, tokens) in zip(run.keys, run.tokens) {
                guard let page = read(key, tokens) else { break }
                pages.append(page)
            }
            done(pages)
        }
    }

    private func read(_ key: PageKey, _ tokens: [TokenID]) -> KeyValuePages? {
        let path = path(key), count = layers * pool.pageBytes
        do {
            let bytes = try WholeFile.read(path, limit: PageFile.byteCount(tokens: tokens.count, numbers: count))
            guard let numbers = PageFile.decode(bytes, key, tokens, count: count) else {
                throw FileError.content(path, expected: "what was written", found: "something else")
            }
            FileTimes.setToNow(path)
            state.withLock { $0.entries[path]?.lastUse = Date().timeIntervalSince1970 }
            return numbers.withUnsafeBytes { KeyValuePages(copying: $0, layers: layers, from: pool) }
        } catch {
            forget(path)
            // Another process may have made room.
            if FileStatus(path) != nil {
                warn("a page of the cache is computed again: \(error)")
                try? Directory.removeTree(path)
            }
            return nil
        }
    }

    private func forget(_ path: String) {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: path) else { return }
            state.byteCount -= entry.byteCount
        }
    }

    // MARK: Writing

    /// Keeps a page, unless it is there already.
    func write(_ pages: KeyValuePages, _ key: PageKey, _ tokens: [TokenID]) {
        let path = path(key), count = layers * pool.pageBytes,
            byteCount = PageFile.byteCount(tokens: tokens.count, numbers: count)
        let isWanted = state.withLock { state in
            guard state.entries[path] == nil, byteCount <= limit,
                (state.pending.count + 1) * byteCount <= Self.pendingLimit
            else { return false }
            return state.pending.insert(path).inserted
        }
        guard isWanted else { return }
        writing.async { [self] in
            do {
                makeRoom(byteCount)
                try AtomicFile.write(
                    PageFile.encode(key, tokens, count: count) { pages.append(to: &$0, of: pool) }, to: path)
                state.withLock { state in
                    state.entries[path] = Entry(byteCount: byteCount, lastUse: Date().timeIntervalSince1970)
                    state.byteCount += byteCount
                    state.written += 1
                    state.failure = nil
                }
            } catch { complain("\(error)") }
            state.withLock { _ = $0.pending.remove(path) }
        }
    }

    /// Returns when everything has been written that was to be kept.
    func flush() { writing.sync {} }

    /// Removes what was used longest ago, and a tenth of the limit more, where a page would not fit into the limit.
    private func makeRoom(_ needed: Int) {
        let unwanted = state.withLock { state -> [String] in
            guard state.byteCount + needed > limit else { return [] }
            var paths: [String] = []
            for (path, entry) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse })
            where state.byteCount + needed > limit - limit / 10 {
                state.entries[path] = nil
                state.byteCount -= entry.byteCount
                paths.append(path)
            }
            return paths
        }
        for path in unwanted { try? Directory.removeTree(path) }
    }

    /// Says once why nothing is kept, until something is again.
    private func complain(_ message: String) {
        let isNew = state.withLock { state in
            defer { state.failure = message }
            return state.failure == nil
        }
        if isNew { warn("pages of the cache are not kept: \(message)") }
    }
}
