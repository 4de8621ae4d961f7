import OrreryFiles

/// Reads tiktoken's vocabulary format: a line per token, its bytes in base64 (RFC 4648, section 4), a space, and its id, which is
/// also the rank of the merge that makes it (`tiktoken/load.py`). Empty lines are skipped, CRLF is accepted, the order is free.
struct TiktokenReader {
    /// The longest token of the published vocabularies has 512 bytes.
    static let longestToken = 1 << 16
    /// The largest published files have 4 MB.
    static let maximalBytes = 64 << 20

    private let path: String
    private let file: UnsafeBufferPointer<UInt8>
    private var entries: [TokenBytes.Entry] = []
    /// The line of each entry, for errors.
    private var lines: [Int32] = []
    private var line = 0

    /// The tokens of the file at `path`.
    ///
    /// - Throws: `TokenizerError` naming the file and the line.
    static func read(path: String) throws -> TokenBytes {
        let bytes = try WholeFile.read(path, limit: maximalBytes)
        return try bytes.withUnsafeBufferPointer { try parse($0, path: path) }
    }

    static func parse(_ file: UnsafeBufferPointer<UInt8>, path: String) throws -> TokenBytes {
        var reader = TiktokenReader(path: path, file: file)
        // Three bytes come out of four.
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: file.count / 4 * 3 + 3) { block in
            try reader.readLines(into: block)
            return try reader.tokens(in: UnsafeBufferPointer(block))
        }
    }

    private init(path: String, file: UnsafeBufferPointer<UInt8>) {
        self.path = path
        self.file = file
        entries.reserveCapacity(file.count / 16)
        lines.reserveCapacity(file.count / 16)
    }

    private func wrong(_ problem: String, line: Int? = nil) -> TokenizerError {
        .file(path, "line \(line ?? self.line): \(problem); expected a token in base64, a space, and its id")
    }

    private mutating func readLines(into block: UnsafeMutableBufferPointer<UInt8>) throws {
        var position = 0
        var used = 0
        while position < file.count {
            line += 1
            let start = position
            while position < file.count, file[position] > UInt8(ascii: " ") { position += 1 }
            if position > start {
                let count = try decode(start..<position, into: block, at: used)
                let id = try readID(&position)
                entries.append(TokenBytes.Entry(id: id, count: Int32(count), start: used))
                lines.append(Int32(truncatingIfNeeded: line))
                used += count
            }
            if position < file.count, file[position] == UInt8(ascii: "\r") { position += 1 }
            guard position == file.count || file[position] == UInt8(ascii: "\n") else { throw wrong("byte \(position) is out of place") }
            position += 1
        }
    }

    /// Decodes base64 and returns the number of bytes.
    private func decode(_ range: Range<Int>, into block: UnsafeMutableBufferPointer<UInt8>, at start: Int) throws -> Int {
        guard range.count % 4 == 0 else { throw wrong("the base64 has \(range.count) letters, not a multiple of 4") }
        guard range.count / 4 * 3 <= Self.longestToken else { throw wrong("the token is longer than \(Self.longestToken) bytes") }
        var padding = 0
        while padding < 2, file[range.upperBound - 1 - padding] == UInt8(ascii: "=") { padding += 1 }
        var (used, bits, letters) = (start, UInt32(0), 0)
        for position in range.lowerBound..<range.upperBound - padding {
            let value = Self.values[Int(file[position])]
            guard value < 64 else { throw wrong("byte \(position) is not a letter of base64") }
            bits = bits << 6 | UInt32(value)
            letters += 1
            if letters & 3 == 0 {
                block[used] = UInt8(truncatingIfNeeded: bits >> 16)
                block[used + 1] = UInt8(truncatingIfNeeded: bits >> 8)
                block[used + 2] = UInt8(truncatingIfNeeded: bits)
                used += 3
            }
        }
        // With one "=" the last three letters carry 16 bits and two zero ones, with two the last two carry 8 and four.
        if padding > 0 {
            let unused: UInt32 = padding == 1 ? 2 : 4
            guard bits & (1 << unused - 1) == 0 else { throw wrong("the base64 does not end in zero bits") }
            bits >>= unused
            if padding == 1 {
                block[used] = UInt8(truncatingIfNeeded: bits >> 8)
                used += 1
            }
            block[used] = UInt8(truncatingIfNeeded: bits)
            used += 1
        }
        return used - start
    }

    /// Reads " 123" at `position`.
    private func readID(_ position: inout Int) throws -> Int32 {
        guard position < file.count, file[position] == UInt8(ascii: " ") else { throw wrong("there is no id") }
        position += 1
        var id = 0
        let start = position
        while position < file.count, case let digit = file[position] &- UInt8(ascii: "0"), digit < 10 {
            id = 10 * id + Int(digit)
            guard id < TokenBytes.maximalCount else { throw wrong("the id is too large, the limit is \(TokenBytes.maximalCount - 1)") }
            position += 1
        }
        guard position > start else { throw wrong("there is no id") }
        return Int32(id)
    }

    private func tokens(in block: UnsafeBufferPointer<UInt8>) throws -> TokenBytes {
        guard !entries.isEmpty else { throw TokenizerError.file(path, "holds no token; expected lines of a token in base64, a space, and its id") }
        do {
            return try TokenBytes(entries, in: block)
        } catch TokenBytes.Fault.duplicateID(let entry) {
            throw wrong("id \(entries[entry].id) is there twice", line: Int(lines[entry]))
        } catch TokenBytes.Fault.duplicateBytes(let entry) {
            throw wrong("the token is there twice", line: Int(lines[entry]))
        }
    }

    /// The value of each letter of base64; 255 for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, letter) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated() {
            values[Int(letter)] = UInt8(value)
        }
        return values
    }()
}
