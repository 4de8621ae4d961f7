import Foundation
import OrreryFiles

/// A model on its way into the cache, on the thread that runs it.
package struct PullJob {
    private let name: HubName
    private let settings: HubSettings
    private let cache: HubCache

    package init(_ name: HubName, _ settings: HubSettings) {
        (self.name, self.settings, cache) = (name, settings, HubCache(settings))
    }

    /// Downloads what is missing of the model.
    ///
    /// - Parameters:
    ///   - isCancelled: asked at least ten times a second; what has arrived stays for the next time.
    ///   - warn: receives a line for each thing that went wrong and was mended.
    ///   - report: receives how far it has come.
    /// - Throws: `HubError`, `FileError`, `CancellationError`.
    package func run(
        isCancelled: @escaping () -> Bool, warn: @escaping (String) -> Void,
        report: @escaping (PullProgress) -> Void
    ) throws -> PulledModel {
        let client = try HubClient(settings, PullWatch(isCancelled: isCancelled, warn: warn))
        let listing = try RepositoryListing.ask(client, name)
        for file in listing.unsafeNames.prefix(3) {
            warn("\(name.repository): lists \(FileError.quoted(file)), which cannot be stored here; it is left out")
        }
        let choice = try ModelFileChoice(name, listing.files)
        let downloads = Tally(choice.files, report)
        try requireSpace(choice.files, listing.commit)
        try cache.prepare(name.repository)
        for (index, file) in choice.files.enumerated() {
            downloads.begin(index)
            let download = Download(
                client: client, cache: cache, repository: name.repository, commit: listing.commit, file: file,
                report: downloads.update)
            downloads.end(try download.run())
        }
        // Only now, so that an earlier revision stays usable until this one is whole.
        try cache.write(commit: listing.commit, of: name.wantedRevision, name.repository)
        let model = try model(choice, listing.commit, downloads)
        downloads.finish(model)
        return model
    }

    /// - Throws: `FileError` where the disk is too small for what is missing.
    private func requireSpace(_ files: [RepositoryFile], _ commit: String) throws {
        let snapshot = cache.snapshot(name.repository, commit)
        let missing = files.filter { FileStatus(Path.join(snapshot, $0.path)) == nil }
        guard let needed = ByteSum.total(missing.map { $0.size ?? 0 }) else {
            throw HubError.response(name.repository, "the hub lists files of more bytes than can be counted")
        }
        let begun = missing.compactMap(\.sha256).compactMap {
            FileStatus(cache.blob(name.repository, $0) + ".incomplete") ?? FileStatus(cache.blob(name.repository, $0))
        }
        try FreeSpace.requireSpace(max(0, needed - (ByteSum.total(begun.map(\.byteCount)) ?? 0)), at: cache.directory)
    }

    private func model(_ choice: ModelFileChoice, _ commit: String, _ tally: Tally) throws -> PulledModel {
        let snapshot = cache.snapshot(name.repository, commit)
        let sizes = choice.files.map { FileStatus(Path.join(snapshot, $0.path))?.byteCount }
        return PulledModel(
            name: "\(name)", commit: commit, path: choice.entry.map { Path.join(snapshot, $0) } ?? snapshot,
            files: choice.files.map(\.path), byteCount: ByteSum.total(sizes) ?? 0, receivedBytes: tally.received,
            uncheckedFiles: tally.unchecked)
    }
}

/// Counts bytes over all files of a model.
private final class Tally {
    private let files: [RepositoryFile]
    private let report: (PullProgress) -> Void
    private var progress: PullProgress
    /// Bytes of the files before the one that is downloaded now, and of that one.
    private var before = 0, here = 0
    private(set) var received = 0
    private(set) var unchecked: [String] = []
    private var isFirst = true

    init(_ files: [RepositoryFile], _ report: @escaping (PullProgress) -> Void) {
        (self.files, self.report) = (files, report)
        progress = PullProgress(
            file: files.first?.path ?? "", fileNumber: 1, fileCount: files.count, completedBytes: 0,
            totalBytes: ByteSum.total(files.map(\.size)), receivedBytes: 0)
    }

    func begin(_ index: Int) {
        (progress.file, progress.fileNumber, here, isFirst) = (files[index].path, index + 1, 0, true)
        show()
    }

    /// - Parameter count: bytes of the file that are here.
    func update(_ count: Int) {
        // What was there at the beginning has not come now.
        if !isFirst { received += max(0, count - here) }
        (here, isFirst) = (count, false)
        show()
    }

    func end(_ outcome: Download.Outcome) {
        if outcome == .downloaded(isChecked: false) { unchecked.append(progress.file) }
        before += files[progress.fileNumber - 1].size ?? here
        here = 0
        show()
    }

    func finish(_ model: PulledModel) {
        progress.model = model
        show()
    }

    private func show() {
        (progress.completedBytes, progress.receivedBytes) = (before + here, received)
        report(progress)
    }
}
