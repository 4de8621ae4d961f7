import ArgumentParser
import Foundation
import OrreryFiles
import OrreryGrammar
import OrreryTerminal
import OrreryTokenizers

/// Whether instances satisfy a JSON Schema, by the automaton that masks tokens.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Check JSON against a JSON Schema, with the automaton that holds models to it.",
        discussion: """
            Exit status 0 if the automaton accepts the file, 1 if not, 3 if the schema has a keyword that cannot be \
            enforced: standard error names it and its place. Without --check, only whether the schema can be enforced.
            """)

    @Argument(help: "A JSON Schema of draft 2020-12 or draft 7.", completion: .file())
    var schema: String?

    @Option(help: "The JSON file to check. (default: none; the schema alone is compiled)", completion: .file())
    var check: String?

    @Option(
        help: """
            Check many: lines of {"schema": ..., "instances": [...]} from a file, or - for standard input; each is \
            answered by a line whose fields are in docs/json.md. (default: none)
            """, completion: .file())
    var cases: String?

    @Option(
        help: "A tokenizer, or a model's directory: --cases measures its masks. (default: none)", completion: .file())
    var tokenizer: String?

    @Option(help: "What format asks: enforce, or annotate, which asks nothing, as the draft has it.")
    var format = SchemaOptions.Formats.enforce

    @Option(help: "The draft of schemas without $schema: 2020-12 or 7.")
    var draft = SchemaOptions.Draft.draft2020

    func validate() throws {
        if (schema == nil) == (cases == nil) { throw ValidationError("expected a schema or --cases, one of them") }
        if cases != nil, check != nil { throw ValidationError("--check: expected a schema with it, found --cases") }
    }

    func run() throws {
        let options = SchemaOptions(formats: format, draft: draft)
        let vocabulary = try tokenizer.map { try SchemaVocabulary(path: $0) }
        if let cases { return try SchemaCases(options: options, vocabulary: vocabulary).run(cases) }
        let grammar: Grammar
        do {
            grammar = try Grammar.schema(try WholeFile.read(schema!), options: options)
        } catch let error as GrammarError {
            standardError("orrery: \(schema!): \(error)")
            throw ExitCode(3)
        }
        for warning in grammar.warnings { standardError("orrery: warning: \(schema!): \(warning)") }
        if let vocabulary { _ = try grammar.compiled(for: vocabulary.vocabulary) }
        guard let check else { return }
        if !grammar.accepts(try WholeFile.read(check)) {
            standardError("orrery: \(check): does not satisfy \(schema!)")
            throw ExitCode.failure
        }
    }
}

extension SchemaOptions.Formats: ExpressibleByArgument {}
extension SchemaOptions.Draft: ExpressibleByArgument {}

/// A tokenizer with its vocabulary.
struct SchemaVocabulary {
    let tokenizer: any Tokenizer
    let vocabulary: TokenVocabulary

    init(path: String) throws {
        tokenizer = try TokenizerLoader.load(path: path) { standardError("orrery: warning: \($0)") }
        vocabulary = TokenVocabulary(tokenizer)
    }
}
