import OrreryFiles

/// `metrics.jsonl`: a line of JSON for each step that is recorded, appended as the run goes.
final class MetricsFile {
    private let file: Descriptor

    /// - Parameter step: of a resumed run; lines of later steps are dropped, since they will be written again, and so is a line that
    ///   was cut off.
    init(path: String, resumingAt step: Int) throws {
        var kept = ""
        if step > 0, FileStatus(path) != nil {
            for line in String(decoding: try WholeFile.read(path), as: UTF8.self).split(separator: "\n") {
                guard let value = try? JSONValue(parsing: String(line), file: path), case .int(let s)? = value["step"], s <= step else { continue }
                kept += line + "\n"
            }
        }
        try AtomicFile.write(kept, to: path)
        file = try Descriptor.appending(path)
    }

    func append(_ object: JSONObject) throws {
        let line = Array((JSONValue.object(object).text(.compact) + "\n").utf8)
        try line.withUnsafeBytes { try file.write($0) }
    }
}
