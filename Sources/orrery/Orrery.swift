import ArgumentParser
import Foundation
import OrreryTraining

/// The command line: one file per subcommand.
@main
struct Orrery: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orrery",
        abstract: "The language model of today, whole: train it, run it, see every number that makes the next token.",
        discussion: "Without a subcommand: trains a small model on an embedded text in about a minute, shows it and talks.",
        version: "orrery \(Version.current)",
        subcommands: [
            QuickStart.self,
            Train.self,
            Generate.self,
            Chat.self,
            RenderTemplate.self,
            Explain.self,
            Logits.self,
            Embed.self,
            Eval.self,
            Inspect.self,
            Convert.self,
            Tokenize.self,
            TokenizerCommand.self,
            Bench.self,
            Gradcheck.self,
        ],
        defaultSubcommand: QuickStart.self
    )

    /// Exit statuses: 0 done, 1 the work failed, 2 the command line was not understood.
    static func main() {
        do {
            var command = try parseAsRoot(CommandWords.prepared(Array(CommandLine.arguments.dropFirst()), CommandTable.ofProgram()))
            try command.run()
        } catch {
            let status = exitCode(for: error)
            if status == .success {
                print(fullMessage(for: error))
                Foundation.exit(0)
            }
            if let exit = error as? ExitCode { Foundation.exit(exit.rawValue) }
            standardError("orrery: \(message(for: error))")
            Foundation.exit(status == .validationFailure || (error as? TrainingError)?.concernsFlags == true ? 2 : 1)
        }
    }
}

/// Progress and logs go to standard error; standard output is for results.
func standardError(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
}
