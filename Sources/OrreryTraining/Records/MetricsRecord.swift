import OrreryFiles

/// A line of a run's `metrics.jsonl`.
struct MetricsRecord {
    /// As it stands in the file.
    let line: String
    let step: Int
    let loss: Double?
    let validationLoss: Double?

    /// The records of a file up to a step, in its order. A line that is damaged, as by a kill in the middle of it, is
    /// left out.
    ///
    /// - Throws: `FileError` where the file cannot be read.
    static func read(_ path: String, through last: Int) throws -> [MetricsRecord] {
        try WholeFile.read(path).split(separator: UInt8(ascii: "\n")).compactMap { bytes in
            let line = String(decoding: bytes, as: UTF8.self)
            guard let value = try? JSONValue(parsing: line, file: path), case .int(let step)? = value["step"],
                (0 ... Int64(last)).contains(step)
            else {
                return nil
            }
            func number(_ name: String) -> Double? {
                if case .double(let number)? = value[name] { number } else { nil }
            }
            return MetricsRecord(
                line: line, step: Int(step), loss: number("loss"), validationLoss: number("validation_loss"))
        }
    }
}
