import ArgumentParser
import OrreryFiles
import OrreryHub

/// A model as a command line names it: a path, or a name of the hub whose model has been downloaded.
struct ModelPath: ExpressibleByArgument, CustomStringConvertible {
    static let forms = "GGUF file, model directory, or name of a downloaded model: OWNER/NAME[:FILE]."
    static let help = ArgumentHelp(stringLiteral: forms)

    /// As it was typed.
    let text: String

    init(argument: String) { text = argument }

    var description: String { text }

    /// Where the model lies.
    ///
    /// - Throws: `HubError` for a name whose model has not been downloaded.
    func path() throws -> String { try Hub.localPath(of: text) }

    /// What the model may be called: the last part of its path, or of its name on the hub.
    var title: String {
        guard FileStatus(text) == nil, let name = try? HubName(text) else { return Path.name(text) }
        return Path.name(name.repository)
    }
}
