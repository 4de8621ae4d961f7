import ArgumentParser
import Foundation
import OrreryFiles
import OrreryTerminal
import OrreryTraining

/// The command line: one file per subcommand.
@main
struct Orrery: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orrery",
        abstract: "The language model of today, whole: train it, run it, see every number that makes the next token.",
        discussion:
            "Without a subcommand: trains a small model on an embedded text in about a minute, shows it and talks.",
        version: "orrery \(Version.current)",
        subcommands: [
            QuickStart.self,
            Train.self,
            Generate.self,
            Chat.self,
            Serve.self,
            Replay.self,
            RenderTemplate.self,
            Explain.self,
            Logits.self,
            Embed.self,
            Eval.self,
            Inspect.self,
            PullCommand.self,
            Models.self,
            Convert.self,
            Tokenize.self,
            SchemaCommand.self,
            TokenizerCommand.self,
            Bench.self,
            Gradcheck.self,
        ],
        defaultSubcommand: QuickStart.self
    )

    /// Exit statuses: 0 done, 1 the work failed, 2 the command line was not understood, 130 interrupted by Ctrl-C (128
    /// + the signal's number).
    static func main() {
        StandardInput.open()
        Interruption.answer { Temporary.removeAll() }
        var settings: LayeredSettings?
        do {
            try requireUTF8Arguments()
            let words = try CommandWords.prepared(
                Array(CommandLine.arguments.dropFirst()), CommandTable.ofProgram())
            settings = try LayeredSettings.of(
                words, CommandTable.ofProgram(), environment: ProcessInfo.processInfo.environment)
            var command = try parseAsRoot(settings?.words ?? words)
            try LayeredSettings.$current.withValue(settings) { try command.run() }
        } catch {
            Foundation.exit(report(error, settings))
        }
    }

    /// Swift replaces what is not UTF-8 in an argument by U+FFFD: a prompt would be another one, a path would lead
    /// nowhere.
    private static func requireUTF8Arguments() throws {
        for number in 1 ..< max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[number], String(validatingCString: argument) == nil else {
                continue
            }
            throw ValidationError("argument \(number): expected UTF-8, found \(CommandLine.arguments[number])")
        }
    }

    /// Says what went wrong, or what was asked for: help, a version, a completion script.
    ///
    /// - Parameter settings: what came from the environment or a file.
    /// - Returns: the exit status.
    private static func report(_ error: any Error, _ settings: LayeredSettings?) -> Int32 {
        switch error {
        case let exit as ExitCode: return exit.rawValue
        case let interrupted as Interrupted:
            if !interrupted.isTold { standardError("orrery: stopped") }
            return interrupted.exitStatus
        // A reader that has seen enough is no failure.
        case let output as OutputError where output.isClosedPipe: return 0
        default: break
        }
        let status = exitCode(for: error)
        if status == .success {
            do { try print(wrappingUsage(fullMessage(for: error))) } catch { return report(error, settings) }
            return 0
        }
        let text = ParserMessage.plain(message(for: error), arguments: Array(CommandLine.arguments.dropFirst()))
        standardError("orrery: \(settings?.named(text) ?? text)")
        return status == .validationFailure || (error as? TrainingError)?.concernsFlags == true ? 2 : 1
    }

    /// The usage of a command with many flags is one line; on 80 columns it takes several, cut between flags.
    private static func wrappingUsage(_ help: String) -> String {
        help.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.hasPrefix("USAGE: ") else { return String(line) }
            // A flag and its value stay together.
            let joined = line.replacing(/[\[<][^\]>]*[\]>]/) { $0.output.replacing(" ", with: "\u{A0}") }
            return TextLayout.wrapped(String(joined), to: Terminal.standardOutput.width, indent: 7).replacing(
                "\u{A0}", with: " ")
        }.joined(separator: "\n")
    }
}
