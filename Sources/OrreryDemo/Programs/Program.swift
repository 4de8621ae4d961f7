/// A program, with the records that its `repo` holds.
package struct Program: Sendable {
    package var statements: [Statement]
    package var repository: [[Value.Field]]

    package init(statements: [Statement], repository: [[Value.Field]] = []) {
        (self.statements, self.repository) = (statements, repository)
    }

    /// The lines of the document: what is in the repository, the program, and what it prints.
    package var lines: [String] {
        repository.map { "repo.add(\($0.map(Self.argument).joined(separator: ", ")))" }
            + Printer.lines(statements)
            + output.map { "# prints \($0)" }
    }

    package var output: [String] {
        var interpreter = Interpreter(repository: repository.map { .record($0) })
        interpreter.run(statements)
        return interpreter.output
    }

    private static func argument(_ field: Value.Field) -> String {
        if case .text(let text) = field.value {
            "\(field.name)=\"\(text)\""
        } else {
            "\(field.name)=\(field.value.printed)"
        }
    }
}
