import ArgumentParser
import Foundation
import OrreryFiles
import OrreryHub
import OrreryTokenizers
import OrreryTraining

/// What `orrery train` reads, and in which tokens.
struct DataOptions: ParsableArguments {
    @Option(
        help:
            "Text to train on: a file, a directory of text files, - for standard input, or demo, the embedded text; may be repeated. (default: demo)"
    )
    var data: [String] = []
    @OptionGroup var records: FieldOption
    @Option(
        help: """
            How sequences are made of documents, which are the files or records, so that none sees another: packed, one \
            behind another up to the context; padded, each by itself. (default: all are one long text)
            """
    )
    var documents: String?
    @Option(
        help: "char, byte, bpe:SIZE (learnt from the training text), or the path of a saved tokenizer. (default: char)")
    var tokenizer: String?
    @Option(help: "Share of the text, its end, that validates. (default: \(defaults.validationFraction))")
    var validationFraction: Double?

    func validate() throws {
        guard let tokenizer, case .path(let path) = TokenizerKind(argument: tokenizer),
            path.hasPrefix("bpe:") || (try? Hub.localPath(of: path)).flatMap({ FileStatus($0) }) == nil
        else { return }
        throw ValidationError(
            "--tokenizer: expected char, byte, bpe:SIZE as in bpe:4096, or the path of a saved tokenizer; found \(tokenizer)"
        )
    }

    func apply(to plan: inout TrainingPlan) throws {
        if !data.isEmpty { (plan.data, plan.field) = (DataSources(data.map(Self.fromAnywhere)), nil) }
        set(&plan.field, records.field)
        if let documents {
            guard let mode = DocumentMode(rawValue: documents) else {
                throw ValidationError(
                    "--documents: expected \(DocumentMode.allCases.map(\.rawValue).joined(separator: " or ")), found \(documents)"
                )
            }
            plan.documents = mode
        }
        if let tokenizer, case .path(let path) = TokenizerKind(argument: tokenizer) {
            plan.tokenizer = try Hub.localPath(of: path)
        } else {
            set(&plan.tokenizer, tokenizer)
        }
        set(&plan.validationFraction, validationFraction)
    }

    /// Standard input as a file: a run that is resumed reads it again, and refuses another text than before.
    static let standardInput = "/dev/stdin"

    /// The file to read for a path that was typed: `-` is standard input.
    static func source(_ path: String) -> String { path == "-" ? standardInput : path }

    /// A path as a run that is resumed from another directory finds it.
    static func fromAnywhere(_ path: String) -> String {
        let path = source(path)
        return path == "demo" || path.isEmpty || path.hasPrefix("/")
            ? path : Path.join(FileManager.default.currentDirectoryPath, path)
    }
}
