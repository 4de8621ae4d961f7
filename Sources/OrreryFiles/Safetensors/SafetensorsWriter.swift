/// Writes safetensors files: whole or not at all, and the same bytes for the same input.
package enum SafetensorsWriter {
    /// Writes `tensors` in the order given; the widest types first keeps every tensor aligned.
    ///
    /// - Parameters:
    ///   - tensors: names must differ. Each is asked for its bytes when its turn comes, so a model need not be in
    ///     memory twice.
    ///   - metadata: strings for `__metadata__`, written in the order of their keys. Transformers wants `["format":
    ///     "pt"]`.
    ///   - path: is replaced when every byte is on the disk.
    /// - Throws: `FileError` where a description is wrong, a tensor gives too few or too many bytes, or the disk is too
    ///   small.
    package static func write(_ tensors: [SafetensorsTensor], metadata: NameTable<String> = [:], to path: String) throws
    {
        let (header, dataCount) = try header(tensors, metadata, path)
        let (total, overflow) = dataCount.addingReportingOverflow(header.count)
        guard !overflow else { throw FileError.request(path, "more bytes than can be counted") }
        try FreeSpace.requireSpace(total, at: path)

        let file = try AtomicFile(path: path)
        try file.write(header)
        for tensor in tensors { try write(tensor, to: file) }
        try file.commit()
    }

    private static func write(_ tensor: SafetensorsTensor, to file: AtomicFile) throws {
        let expected = tensor.dtype.byteCount(shape: tensor.shape) ?? 0
        var written = 0
        try tensor.write { bytes in
            written += bytes.count
            guard written <= expected else { throw wrongCount(tensor, expected, "more", file.path) }
            try file.write(bytes)
        }
        guard written == expected else { throw wrongCount(tensor, expected, "\(written)", file.path) }
    }

    private static func wrongCount(
        _ tensor: SafetensorsTensor, _ expected: Int, _ found: String, _ path: String
    ) -> FileError {
        .request(
            path,
            "tensor \(FileError.quoted(tensor.name)): \(tensor.dtype.rawValue) \(tensor.shape) takes \(expected) bytes, "
                + "its writer gave \(found)")
    }

    /// Length and JSON text, padded with spaces so that the data start at a multiple of 8.
    private static func header(
        _ tensors: [SafetensorsTensor], _ metadata: NameTable<String>, _ path: String
    ) throws -> (bytes: [UInt8], dataCount: Int) {
        var object = JSONObject()
        if !metadata.isEmpty { object[SafetensorsHeader.metadataKey] = json(metadata) }
        var end = 0
        var names = NameSet([SafetensorsHeader.metadataKey])
        for tensor in tensors {
            let quoted = FileError.quoted(tensor.name)
            guard names.insert(tensor.name) else {
                throw FileError.request(path, "tensor name \(quoted) is taken")
            }
            guard let count = tensor.dtype.byteCount(shape: tensor.shape),
                case let (next, overflow) = end.addingReportingOverflow(count), !overflow
            else { throw FileError.request(path, "tensor \(quoted) cannot have the shape \(tensor.shape)") }
            object[tensor.name] = [
                "dtype": .string(tensor.dtype.rawValue), "shape": JSONValue(tensor.shape),
                "data_offsets": JSONValue([end, next]),
            ]
            end = next
        }

        var text = Array(JSONValue.object(object).text().utf8)
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: -text.count & 7))
        guard text.count <= SafetensorsHeader.maximumLength else {
            throw FileError.request(
                path, "a header of \(text.count) bytes, of at most \(SafetensorsHeader.maximumLength)")
        }
        return (withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text, end)
    }

    private static func json(_ metadata: NameTable<String>) -> JSONValue {
        var object = JSONObject()
        for (key, text) in metadata.sorted { object[key] = .string(text) }
        return .object(object)
    }
}
