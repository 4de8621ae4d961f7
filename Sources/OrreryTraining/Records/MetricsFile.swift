import OrreryFiles

/// `metrics.jsonl`: a line of JSON for each step that is recorded, appended as the run goes.
final class MetricsFile {
    private let file: Descriptor

    /// - Parameter step: of a resumed run; lines of later steps are dropped, since they will be written again, and so
    ///   is a line that was cut off.
    init(path: String, resumingAt step: Int) throws {
        var kept = ""
        if step > 0, FileStatus(path) != nil {
            for record in try MetricsRecord.read(path, through: step) { kept += record.line + "\n" }
        }
        try AtomicFile.write(kept, to: path)
        file = try Descriptor.appending(path)
    }

    func append(_ object: JSONObject) throws {
        let line = Array((JSONValue.object(object).text(.compact) + "\n").utf8)
        try line.withUnsafeBytes { try file.write($0) }
    }
}
