import Foundation
import OrreryHub
import OrreryTerminal

/// A download on the terminal: the file, how much of the model is here, the rate and what is left of time.
final class PullDisplay {
    private let title: String
    private let line = ProgressLine()
    private let start = ProcessInfo.processInfo.systemUptime
    private var rate = RecentRate()

    init(_ title: String) { self.title = title }

    func update(_ progress: PullProgress) {
        let now = ProcessInfo.processInfo.systemUptime
        rate.add(progress.receivedBytes, at: now)
        let perSecond = rate.perSecond
        let left = progress.totalBytes.flatMap { total in
            perSecond.flatMap { $0 > 0 ? Double(max(0, total - progress.completedBytes)) / $0 : nil }
        }
        let file =
            progress.fileCount > 1 ? "\(progress.file) (\(progress.fileNumber)/\(progress.fileCount))" : progress.file
        line.update(
            TaskStatus(
                file, completed: Double(progress.completedBytes), total: progress.totalBytes.map(Double.init),
                unit: "bytes", rate: perSecond, elapsedSeconds: now - start, secondsLeft: left))
    }

    func warn(_ text: String) { line.paused { standardError("orrery: warning: \(text)") } }

    func finish() { line.finish(keepingLastLine: false) }
}

/// How fast a count has grown in the last seconds.
struct RecentRate {
    private static let span = 5.0
    private var samples: [(count: Int, time: Double)] = []

    mutating func add(_ count: Int, at time: Double) {
        // A sample every tenth of a second says enough.
        if let last = samples.last, time - last.time < 0.1, samples.count > 1 {
            samples[samples.count - 1].count = count
        } else {
            samples.append((count, time))
        }
        while samples.count > 2, time - samples[1].time > Self.span { samples.removeFirst() }
    }

    /// nil before anything can be said.
    var perSecond: Double? {
        guard let first = samples.first, let last = samples.last, last.time - first.time >= 0.5 else { return nil }
        return Double(last.count - first.count) / (last.time - first.time)
    }
}
