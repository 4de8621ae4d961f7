import ArgumentParser
import Foundation
import OrreryFiles
import OrreryHub
import OrreryTerminal

/// A model from a hub onto this machine.
struct PullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract: "Download a model from a Hugging Face hub.",
        discussion: """
            Of a repository with safetensors come configuration, tokenizer and weights; of one with GGUF files the only one, that in Q4_K_M, or the one named \
            behind a colon: its path, or its quantisation. A download that breaks off is continued, also by a later run, and what arrives is compared with the \
            hub's hashes. Files lie where Python's huggingface_hub keeps them, so that what either downloaded both find; every command takes the name where it \
            takes a model. HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE mean what they mean there.
            """)

    @Argument(help: "OWNER/NAME[@REVISION][:FILE], as in ggml-org/gemma-3-270m-GGUF:Q8_0.")
    var name: String

    @Option(help: "Branch, tag or commit. (default: main)")
    var revision: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let name = try hubName(), settings = try HubSettings()
        let interrupt = InterruptFlag()
        defer { interrupt.release() }
        let display = PullDisplay("\(name)")
        let model: PulledModel
        do {
            model = try PullJob(name, settings).run(
                isCancelled: { interrupt.isRaised }, warn: display.warn, report: display.update)
        } catch is CancellationError {
            display.finish()
            standardError("orrery: stopped; what has arrived is kept: orrery pull \(name) continues")
            throw Interrupted()
        } catch {
            display.finish()
            throw error
        }
        display.finish()
        try report(model)
    }

    private func hubName() throws -> HubName {
        do { return try HubName(name, revision: revision) } catch { throw ValidationError("\(error)") }
    }

    private func report(_ model: PulledModel) throws {
        for file in model.uncheckedFiles {
            standardError(
                "orrery: warning: \(file): the hub has no hash of it, so that its content could not be checked")
        }
        guard output.json else {
            let what = model.receivedBytes == 0 ? "was here already" : "\(Human.bytes(model.receivedBytes)) downloaded"
            return try print(
                "\(model.name): \(what), \(Human.bytes(model.byteCount)) in \(Human.number(model.files.count, "file")), commit \(model.commit.prefix(12))\n\(model.path)"
            )
        }
        try output.print([
            "name": JSONValue(model.name), "commit": JSONValue(model.commit), "path": JSONValue(model.path),
            "files": JSONValue(model.files), "bytes": JSONValue(model.byteCount),
            "downloaded_bytes": JSONValue(model.receivedBytes),
            "unchecked_files": JSONValue(model.uncheckedFiles),
        ])
    }
}
