/// The head of a safetensors file: 8 bytes with the length of a JSON text, little-endian; the text; then the data.
///
/// Source: https://github.com/huggingface/safetensors#format and its `safetensors/src/tensor.rs`, which opens and
/// refuses the same files. Checked here: everything that the format promises, so that whoever holds a `TensorEntry` may
/// use its range without looking.
package struct SafetensorsHeader {
    /// The largest header that the reference implementation accepts.
    package static let maximumLength = 100_000_000
    static let metadataKey = "__metadata__"

    /// In the order of the data.
    package private(set) var entries: [TensorEntry] = []
    package private(set) var metadata = NameTable<String>()

    /// - Parameter file: all bytes of the file.
    package init(_ file: UnsafeRawBufferPointer, path: String) throws {
        let dataStart = try Self.dataStart(file, path)
        let text = UnsafeRawBufferPointer(rebasing: file[8 ..< dataStart])
        var parser = SafetensorsHeaderParser(path: path, dataStart: dataStart, dataCount: file.count - dataStart)
        var reader = JSONReader(text, file: path, base: 8)
        try parser.parse(&reader)
        metadata = parser.metadata
        entries = parser.entries
        entries.sort {
            ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
        }
        try checkCoverage(dataStart ..< file.count, path)
    }

    private static func dataStart(_ file: UnsafeRawBufferPointer, _ path: String) throws -> Int {
        guard file.count >= 8 else {
            throw FileError.content(
                path, expected: "a safetensors file: at least 8 bytes", found: "\(file.count)",
                advice: "download it again")
        }
        if file.starts(with: "version https://git-lfs".utf8) {
            throw FileError.content(
                path, expected: "a safetensors file", found: "a Git LFS pointer to one", advice: "run: git lfs pull")
        }
        let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
        guard length <= maximumLength else {
            if let foreign = ForeignFile(orText: file) {
                throw FileError.content(
                    path, expected: "a safetensors file", found: foreign.found, advice: foreign.advice)
            }
            let isTooLong = length <= file.count - 8 && file[8] == UInt8(ascii: "{")
            throw FileError.byte(
                0, of: path, expected: "a header of at most \(maximumLength) bytes", found: "\(length)",
                advice: isTooLong
                    ? "the format allows no more: write the tensors to several files" : "this is not a safetensors file"
            )
        }
        guard Int(length) <= file.count - 8 else {
            throw FileError.byte(
                0, of: path, expected: "a header inside the file (\(file.count) bytes)",
                found: "a header of \(length) bytes",
                advice: "the file is cut off: download it again")
        }
        return 8 + Int(length)
    }

    /// Every byte of the data belongs to exactly one tensor.
    private func checkCoverage(_ data: Range<Int>, _ path: String) throws {
        var end = data.lowerBound
        for entry in entries {
            let start = entry.byteRange.lowerBound
            guard start == end else {
                throw FileError.tensor(
                    entry.name, of: path, expected: "its data at byte \(end), where the previous tensor ends",
                    found: "byte \(start): \(start < end ? "an overlap" : "a hole")")
            }
            end = entry.byteRange.upperBound
        }
        guard end == data.upperBound else {
            throw FileError.byte(
                end, of: path, expected: "the end of the file after the last tensor",
                found: "\(data.upperBound - end) bytes that belong to none")
        }
    }
}
