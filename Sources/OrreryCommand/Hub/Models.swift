import ArgumentParser
import Foundation
import OrreryFiles
import OrreryHub
import OrreryTerminal

/// The models that have been downloaded.
struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the models that have been downloaded, by orrery pull or by Python.",
        discussion: """
            Looks into the directory of Python's huggingface_hub (HF_HUB_CACHE, or hub in HF_HOME) and asks nothing of the network. The names stand where any \
            command takes a model.
            """)

    @OptionGroup var output: OutputOptions

    func run() throws {
        let hub = try Hub(), models = hub.models()
        if output.json {
            return try output.print([
                "directory": JSONValue(hub.settings.cacheDirectory),
                "models": JSONValue(models.map { .object(json($0)) }),
            ])
        }
        guard !models.isEmpty else {
            return standardError(
                "orrery: no models in \(hub.settings.cacheDirectory); orrery pull OWNER/NAME downloads one")
        }
        var table = Table([
            .init("model"), .init("revision"), .init("size", .right), .init("type"), .init("last used"),
        ])
        for model in models {
            table.add(model.name, revision(model), Human.bytes(model.byteCount), type(model), day(model.lastUsed))
        }
        let terminal = Terminal.standardOutput
        try print(table.render(width: terminal.isTerminal ? terminal.width : 1000, appearance: terminal.appearance))
    }

    private func revision(_ model: CachedModel) -> String {
        (model.revisions + [String(model.commit.prefix(8))]).joined(separator: ", ")
    }

    private func type(_ model: CachedModel) -> String {
        let type = [model.architecture, model.format].compactMap { $0 }.joined(separator: ", ")
        return model.isComplete ? type : "\(type), incomplete"
    }

    private func day(_ date: Date?) -> String {
        date?.formatted(.iso8601.year().month().day().dateSeparator(.dash)) ?? "-"
    }

    private func json(_ model: CachedModel) -> JSONObject {
        [
            "name": JSONValue(model.name), "revisions": JSONValue(model.revisions),
            "commit": JSONValue(model.commit), "path": JSONValue(model.path), "bytes": JSONValue(model.byteCount),
            "format": JSONValue(model.format), "architecture": JSONValue(model.architecture),
            "last_used": JSONValue(model.lastUsed.map { $0.formatted(.iso8601) }),
            "complete": JSONValue(model.isComplete),
        ]
    }
}
