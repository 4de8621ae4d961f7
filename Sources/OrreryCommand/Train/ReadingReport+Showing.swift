import OrreryFiles
import OrreryTerminal
import OrreryTraining

extension ReadingReport {
    /// What was read and left out, for people: nothing where it was one file of text, whole.
    package var lines: [String] {
        var lines: [String] = []
        if files > 1 || !skipped.isEmpty { lines.append("read \(Human.number(files, "file")), \(Human.bytes(bytes))") }
        if records + emptyRecords > 0 {
            let first = firstEmptyRecord.map { " (the first is \(FileError.oneLine($0)))" } ?? ""
            lines.append(
                "\(Human.number(records, "record"))"
                    + (emptyRecords > 0
                        ? "; left out, without text in the field: \(Human.exact(emptyRecords))\(first)" : ""))
        }
        for (reason, paths) in skippedByReason {
            lines.append(
                reason == .repeated
                    ? "given twice and read once: \(Self.list(paths))"
                    : "left out, \(reason.rawValue): \(Self.list(paths))")
        }
        for problem in Set(warnings.map(\.problem)).sorted() {
            lines.append(
                "orrery: warning: \(Self.list(warnings.filter { $0.problem == problem }.map(\.path))): looks like \(problem)"
            )
        }
        return lines
    }

    private static func list(_ paths: [String]) -> String {
        paths.prefix(3).map { FileError.oneLine($0) }.joined(separator: ", ")
            + (paths.count > 3 ? " and \(Human.exact(paths.count - 3)) more" : "")
    }
}
