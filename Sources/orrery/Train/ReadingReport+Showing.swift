import OrreryFiles
import OrreryTerminal
import OrreryTraining

extension ReadingReport {
    /// What was read and left out, for people: nothing where it was one file, whole.
    var lines: [String] {
        var lines: [String] = []
        if files > 1 || !skipped.isEmpty { lines.append("read \(Human.number(files, "file")), \(Human.bytes(bytes))") }
        if records + emptyRecords > 0 {
            lines.append("\(Human.number(records, "record"))" + (emptyRecords > 0 ? "; \(Human.number(emptyRecords, "record")) without text left out" : ""))
        }
        for (reason, paths) in skippedByReason {
            let named = paths.prefix(3).map { FileError.oneLine($0) }.joined(separator: ", ")
            lines.append("left out, \(reason.rawValue): \(named)\(paths.count > 3 ? " and \(paths.count - 3) more" : "")")
        }
        return lines
    }
}
