import ArgumentParser
import Foundation
import Kernels
import OrreryAutograd
import OrreryFiles
import OrreryTerminal

/// Every operation's gradient rule against central differences.
struct Gradcheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare every operation's gradient with central differences.",
        discussion:
            "Prints a line per input of each operation: the error relative to the gradient's norm, and the tolerance. In bfloat16 the "
            + "reference is the float32 gradient. Exit status 1 if one is off or an operation was left out.")

    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Check this operation alone, e.g. attention. (default: all)")
    var operation: String?

    func validate() throws {
        guard let operation, !GradientCheck.operations.contains(operation) else { return }
        throw ValidationError(
            "--operation: expected one of \(GradientCheck.operations.joined(separator: ", ")), found \(operation)")
    }

    func run() throws {
        try processor.run {
            let check = GradientCheck(operation: operation)
            if output.json { try output.print(check.json) } else { try check.printTable() }
            if !check.passed { throw ExitCode.failure }
        }
    }
}

extension GradientCheck {
    fileprivate func printTable() throws {
        var table = Table([
            .init("operation"), .init("variant"), .init("input"), .init("shape"), .init("type"), .init("error", .right),
            .init("tolerance", .right),
            .init(""),
        ])
        for row in rows {
            table.add(
                row.operation, row.variant, row.input, row.shape.map(String.init).joined(separator: " x "),
                row.type.name,
                String(format: "%.1e", row.error), String(format: "%.1e", row.tolerance), row.passed ? "ok" : "WRONG")
        }
        let terminal = Terminal.standardOutput
        try print(
            table.render(
                width: terminal.isTerminal ? terminal.width : max(terminal.width, 120), appearance: terminal.appearance)
        )
        for input in missing { try print("\(input) is not checked by any case") }
        let wrong = rows.count { !$0.passed }
        try print(
            "\(rows.count) gradients of \(Set(rows.map(\.operation)).count) operations, \(wrong == 0 ? "all within tolerance" : "\(wrong) WRONG")"
        )
    }

    fileprivate var json: JSONObject {
        var object = JSONObject()
        object["instruction_set"] = JSONValue(Processor.current.instructionSet.rawValue)
        object["passed"] = JSONValue(passed)
        object["missing"] = JSONValue(missing)
        object["checks"] = .array(rows.map { .object($0.json) })
        return object
    }
}

extension GradientCheck.Row {
    fileprivate var json: JSONObject {
        var o = JSONObject()
        o["operation"] = JSONValue(operation)
        o["variant"] = JSONValue(variant)
        o["input"] = JSONValue(input)
        o["shape"] = JSONValue(shape)
        o["type"] = JSONValue(type.name)
        o["relative_error"] = JSONValue(error.isFinite ? Optional(error) : nil)
        o["tolerance"] = JSONValue(tolerance)
        o["passed"] = JSONValue(passed)
        return o
    }
}
