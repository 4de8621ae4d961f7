import Foundation
import OrreryFiles
import Testing

/// The `orrery` that was built next to these tests, run as a user runs it.
final class Command: Sendable {
    /// How a command ended, and what it said.
    struct Outcome: Sendable {
        /// nil where a signal ended it.
        var status: Int32?
        var signal: Int32?
        var output: String
        var errors: String

        /// The one object that `--json` prints.
        func json(status expected: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSONValue {
            try #require(status == expected, "\(errors)", sourceLocation: sourceLocation)
            let lines = output.split(separator: "\n")
            try #require(
                lines.count == 1, "expected one object on standard output, found: \(output)",
                sourceLocation: sourceLocation)
            return try JSONValue(parsing: String(lines[0]), file: "standard output")
        }
    }

    /// Longer than any test's command takes, so that one that hangs fails and does not stop the suite.
    private static let patience = 180.0

    private let process = Process()
    private let files: Scratch
    private let end = AsyncStream<Void>.makeStream()

    /// Starts `orrery` with the arguments.
    ///
    /// - Parameters:
    ///   - prelude: what a shell does first, e.g. `ulimit -f 100`.
    ///   - directory: the working directory.
    ///   - environment: variables besides those of the tests.
    init(
        _ arguments: [String], prelude: String? = nil, input: String = "", directory: String? = nil,
        environment: [String: String] = [:]
    ) throws {
        files = try Scratch()
        try files.put(input, at: "input")
        for name in ["output", "errors"] { try files.put("", at: name) }
        if let prelude {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "\(prelude); exec \"$@\"", "sh", try Self.binary()] + arguments
        } else {
            process.executableURL = URL(fileURLWithPath: try Self.binary())
            process.arguments = arguments
        }
        // A trap is reported by its signal; the pages of a backtrace would only take time.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
            .merging(environment) { $1 }
        if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
        try start()
    }

    private func start() throws {
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: files("input")))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: files("output")))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: files("errors")))
        process.terminationHandler = { [end] _ in end.continuation.finish() }
        try Self.withDefaultSignals { try process.run() }
    }

    /// Starts a line of shell that finds `orrery` on its path, in a home of its own.
    init(shell line: String, directory: String) throws {
        files = try Scratch()
        for name in ["input", "output", "errors"] { try files.put("", at: name) }
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", line]
        let environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("XDG_") && !$0.key.hasPrefix("ORRERY_HISTORY")
        }
        let binary = (try Self.binary() as NSString).deletingLastPathComponent
        process.environment = environment.merging([
            "SWIFT_BACKTRACE": "enable=no", "HOME": directory,
            "PATH": binary + ":" + (environment["PATH"] ?? "/usr/bin:/bin"),
        ]) { $1 }
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        try start()
    }

    private func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits until a condition holds or the command has ended, and sends it a signal.
    ///
    /// It waits on a thread of its own: other tests may keep the concurrency pool busy for longer than the command takes.
    ///
    /// - Parameter delay: microseconds between the condition and the signal.
    func send(_ signal: Int32? = nil, delay: UInt32 = 0, when condition: @escaping @Sendable () -> Bool) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                while process.isRunning, !condition() { usleep(500) }
                if let signal {
                    usleep(delay)
                    send(signal)
                }
                continuation.resume()
            }
        }
    }

    /// Sends a signal to a run that writes `directory`, so many microseconds after it has recorded a step.
    func send(_ signal: Int32, atStep step: Int, of directory: String, delay: UInt32 = 0) async {
        await send(signal, delay: delay) { Self.metrics(of: directory).contains("{\"step\":\(step),") }
    }

    /// Waits until a run has recorded a step.
    func waitForStep(_ step: Int, of directory: String) async {
        await send { Self.metrics(of: directory).contains("{\"step\":\(step),") }
    }

    private static func metrics(of directory: String) -> String {
        (try? String(contentsOfFile: directory + "/metrics.jsonl", encoding: .utf8)) ?? ""
    }

    /// Sends a signal, at once or when `pattern` stands on standard error, and waits for the end.
    func outcome(sending signal: Int32, after pattern: String = "") async throws -> Outcome {
        await send(signal) { [files] in
            pattern.isEmpty || (try? files.content("errors").text.contains(pattern)) == true
        }
        return try await outcome()
    }

    /// Sends a signal once this process has recorded a step of its own, and waits for the end.
    func outcome(sending signal: Int32, afterStepIn directory: String) async throws -> Outcome {
        // The file has lines from before: one more than those is a step of this process.
        let before = Self.metrics(of: directory).count { $0 == "\n" }
        await send(signal) { Self.metrics(of: directory).count { $0 == "\n" } > before + 1 }
        return try await outcome()
    }

    func outcome() async throws -> Outcome {
        let watchdog = Task { [self] in
            try await Task.sleep(for: .seconds(Self.patience))
            send(SIGKILL)
        }
        for await _ in end.stream {}
        watchdog.cancel()
        func text(_ name: String) throws -> String { try files.content(name).text }
        let wasKilled = process.terminationReason == .uncaughtSignal
        return Outcome(
            status: wasKilled ? nil : process.terminationStatus, signal: wasKilled ? process.terminationStatus : nil,
            output: try text("output"),
            errors: try text("errors"))
    }

    /// A child inherits what its parent ignores (SIGINT, where the tests run in the background) and what its thread
    /// blocks (everything, on a thread of the concurrency pool); a user's shell does neither.
    private static func withDefaultSignals(_ body: () throws -> Void) rethrows {
        signal(SIGINT, SIG_DFL)
        var none = sigset_t(), blocked = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &blocked)
        defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
        try body()
    }

    /// SwiftPM puts the products of a package next to its test bundle.
    static func binary() throws -> String {
        let bundles = Bundle.allBundles.map(\.bundleURL).filter { $0.pathExtension == "xctest" }
        let directories =
            bundles.map { $0.deletingLastPathComponent() } + [
                Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
            ]
        return try #require(
            directories.map { $0.appendingPathComponent("orrery").path }.first {
                FileManager.default.isExecutableFile(atPath: $0)
            },
            "no orrery next to the tests, in any of \(directories.map(\.path))")
    }
}

/// Runs `orrery` to its end.
func orrery(
    _ arguments: [String], prelude: String? = nil, input: String = "", directory: String? = nil,
    environment: [String: String] = [:]
) async throws -> Command.Outcome {
    try await Command(arguments, prelude: prelude, input: input, directory: directory, environment: environment)
        .outcome()
}

/// Runs a line of shell to its end.
func shell(_ line: String, in directory: String) async throws -> Command.Outcome {
    try await Command(shell: line, directory: directory).outcome()
}
