import OrreryFiles

/// A JSON list of equally long lists of token ids.
package enum TokenIDFile {
    /// - Throws: `FileError` naming the file and the place in it: `[1][3]` is the fourth id of the second list.
    package static func read(_ path: String, vocabulary: Int, context: Int) throws -> [[Int32]] {
        try sequences(in: try JSONValue(contentsOf: path), path, vocabulary: vocabulary, context: context)
    }

    /// - Parameter path: what errors call the place that `value` comes from.
    package static func sequences(
        in value: JSONValue, _ path: String, vocabulary: Int, context: Int
    ) throws -> [[Int32]] {
        guard case .array(let lists) = value else {
            throw FileError.content(path, expected: "a list of lists of token ids, as [[1, 2], [3, 4]]")
        }
        guard !lists.isEmpty else {
            throw FileError.content(path, expected: "at least one list of token ids", found: "none")
        }
        var sequences: [[Int32]] = []
        for (row, list) in lists.enumerated() {
            guard case .array(let values) = list else {
                throw FileError.field(
                    "[\(row)]", of: path, expected: "a list of token ids", found: list.kindDescription)
            }
            guard !values.isEmpty else {
                throw FileError.field("[\(row)]", of: path, expected: "at least one token id", found: "none")
            }
            guard values.count <= context else {
                throw FileError.field(
                    "[\(row)]", of: path, expected: "at most \(context) ids, the model's context",
                    found: "\(values.count)")
            }
            if let first = sequences.first, first.count != values.count {
                throw FileError.field(
                    "[\(row)]", of: path, expected: "\(first.count) ids as in [0]", found: "\(values.count)")
            }
            sequences.append(
                try values.enumerated().map { column, value in
                    guard case .int(let id) = value, (0 ..< Int64(vocabulary)).contains(id) else {
                        throw FileError.field(
                            "[\(row)][\(column)]", of: path, expected: "an integer from 0 to \(vocabulary - 1)",
                            found: value.kindDescription)
                    }
                    return Int32(id)
                })
        }
        return sequences
    }
}
