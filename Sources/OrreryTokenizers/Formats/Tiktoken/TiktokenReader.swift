import OrreryFiles

/// Reads tiktoken's vocabulary format: a line per token, its bytes in base64 (RFC 4648, section 4), a space, and its
/// id, which is also the rank of the merge that makes it. Lines are read as `tiktoken/load.py` does: empty ones are
/// skipped, any white space parts the two, Python's leniency with base64 and numbers holds, of a token that is there
/// twice the last counts, and the order is free.
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
            while position < file.count, file[position] != UInt8(ascii: "\n"), file[position] != UInt8(ascii: "\r") {
                position += 1
            }
            if position > start {
                let fields = fields(start ..< position)
                guard fields.count == 2 else { throw wrong("it has \(fields.count) fields") }
                let count = try decode(fields[0], into: block, at: used)
                let id = try id(fields[1])
                // A token without bytes is never found.
                if count > 0 {
                    entries.append(TokenBytes.Entry(id: id, count: Int32(count), start: used))
                    lines.append(Int32(truncatingIfNeeded: line))
                    used += count
                }
            }
            let isPair =
                position + 1 < file.count && file[position] == UInt8(ascii: "\r")
                && file[position + 1] == UInt8(ascii: "\n")
            position += isPair ? 2 : 1
        }
    }

    /// What stands between white space, as Python's `split` has it.
    private func fields(_ line: Range<Int>) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var position = line.lowerBound
        while position < line.upperBound {
            let start = position
            while position < line.upperBound, !Self.isSpace(file[position]) { position += 1 }
            if position > start { fields.append(start ..< position) }
            position += 1
        }
        return fields
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09 ... 0x0D).contains(byte) }

    /// Decodes base64 and returns the number of bytes. As in Python, other characters are passed over, what follows the
    /// padding does not count, and neither do bits that no byte needs.
    private func decode(_ range: Range<Int>, into block: UnsafeMutableBufferPointer<UInt8>, at start: Int) throws -> Int
    {
        guard range.count / 4 * 3 <= Self.longestToken else {
            throw wrong("the token is longer than \(Self.longestToken) bytes")
        }
        var (used, bits, letters, padding) = (start, UInt32(0), 0, 0)
        for position in range {
            if file[position] == UInt8(ascii: "=") {
                padding += 1
                if letters & 3 >= 2, letters & 3 + padding >= 4 { return used - start }
                continue
            }
            let value = Self.values[Int(file[position])]
            if value == 255 { continue }
            padding = 0
            letters += 1
            switch letters & 3 {
            case 1: bits = UInt32(value)
            case 2:
                block[used] = UInt8(truncatingIfNeeded: bits << 2 | UInt32(value) >> 4)
                (used, bits) = (used + 1, UInt32(value) & 15)
            case 3:
                block[used] = UInt8(truncatingIfNeeded: bits << 4 | UInt32(value) >> 2)
                (used, bits) = (used + 1, UInt32(value) & 3)
            default:
                block[used] = UInt8(truncatingIfNeeded: bits << 6 | UInt32(value))
                used += 1
            }
        }
        guard letters & 3 == 0 else {
            throw wrong("the base64 has \(letters) letters, which is not a multiple of 4, and no padding")
        }
        return used - start
    }

    /// A number as Python reads one: a sign may stand before it, and single underscores between its digits.
    private func id(_ range: Range<Int>) throws -> Int32 {
        var digits = range
        let isNegative = file[digits.lowerBound] == UInt8(ascii: "-")
        if isNegative || file[digits.lowerBound] == UInt8(ascii: "+") { digits = digits.dropFirst() }
        var id = 0
        var isAfterDigit = false
        for position in digits {
            if isAfterDigit, file[position] == UInt8(ascii: "_") {
                isAfterDigit = false
                continue
            }
            let digit = file[position] &- UInt8(ascii: "0")
            guard digit < 10 else { throw wrong("there is no id") }
            id = 10 * id + Int(digit)
            guard id < TokenBytes.maximalCount else {
                throw wrong("the id is too large, the limit is \(TokenBytes.maximalCount - 1)")
            }
            isAfterDigit = true
        }
        guard isAfterDigit else { throw wrong("there is no id") }
        guard !isNegative || id == 0 else { throw wrong("the id is negative") }
        return Int32(id)
    }

    /// Keeps the last line of a token that is there twice.
    private mutating func keepLast(in block: UnsafeBufferPointer<UInt8>) {
        var last: [[UInt8]: Int] = [:]
        for (index, entry) in entries.enumerated() {
            last[Array(block[entry.start ..< entry.start + Int(entry.count)])] = index
        }
        let kept = last.values.sorted()
        (entries, lines) = (kept.map { entries[$0] }, kept.map { lines[$0] })
    }

    private mutating func tokens(in block: UnsafeBufferPointer<UInt8>) throws -> TokenBytes {
        guard !entries.isEmpty else {
            throw TokenizerError.file(path, "holds no token; expected lines of a token in base64, a space, and its id")
        }
        do {
            do { return try TokenBytes(entries, in: block) } catch {
                keepLast(in: block)
                return try TokenBytes(entries, in: block)
            }
        } catch TokenBytes.Fault.duplicateID(let entry) {
            throw wrong("id \(entries[entry].id) is there twice", line: Int(lines[entry]))
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
