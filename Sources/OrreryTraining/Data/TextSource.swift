import Foundation
import OrreryDemo
import OrreryFiles
import OrreryTokenizers

/// Where text comes from: `--data FILE|DIR|demo`, and `--field NAME` for files of records.
package struct TextSource: Sendable, Hashable {
    static let demo = "demo"
    /// As the user gave them.
    package let sources: DataSources
    /// The field that is the text of a record in JSON, CSV and TSV.
    package let field: String?
    /// Whether the text must be UTF-8.
    package let requiresUTF8: Bool

    package init(_ sources: DataSources, field: String? = nil, requiresUTF8: Bool = true) {
        (self.sources, self.field, self.requiresUTF8) = (sources, field, requiresUTF8)
    }

    package init(_ path: String) { self.init(DataSources(path)) }

    /// A file called demo is reached as `./demo`.
    package var isDemo: Bool { sources.isDemo }

    /// The documents of all sources; a directory's files in the order of their paths.
    ///
    /// - Parameter progress: receives the bytes read so far and all of them.
    package func read(progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }) throws -> TrainingText {
        var text = TrainingText(), files: [(path: String, isNamed: Bool, bytes: Int)] = []
        for path in sources.paths { try list(path, into: &files, &text.report) }
        leaveOutRepeated(&files, &text.report)
        let total = files.reduce(0) { $0 + $1.bytes }
        if field == nil { text.reserve(total + files.count) }
        for file in files {
            try read(file.path, isNamed: file.isNamed, into: &text)
            try progress(text.report.bytes, total)
        }
        guard !text.documents.isEmpty else { throw nothing(text.report) }
        return text
    }

    /// - Throws: `TrainingError` that names the first source that is not there: better known before a model is opened.
    package func requirePresent() throws {
        for path in sources.paths where path != Self.demo && FileStatus(path) == nil { throw Self.missing(path) }
    }

    private static func missing(_ path: String) -> TrainingError {
        .data(path, "does not exist; expected a text file, a directory of text files, or demo")
    }

    private func list(
        _ path: String, into files: inout [(path: String, isNamed: Bool, bytes: Int)], _ report: inout ReadingReport
    ) throws {
        if path == Self.demo { return files.append((path, true, 0)) }
        guard let status = FileStatus(path) else { throw Self.missing(path) }
        guard status.kind == .directory else { return files.append((path, true, status.byteCount)) }
        _ = try Directory.names(in: path)  // the enumerator takes what it may not read for empty
        let names = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        for name in names {
            let file = Path.join(path, name), parts = name.split(separator: "/"), status = FileStatus(file)
            if let hidden = parts.firstIndex(where: { $0.hasPrefix(".") }) {
                // What is inside of a hidden directory is not named one by one.
                if hidden == parts.count - 1 { report.skipped.append(.init(path: file, reason: .hidden)) }
            } else if status?.kind == .file {
                files.append((file, false, status!.byteCount))
            } else if status?.kind != .directory {
                report.skipped.append(.init(path: file, reason: .special))
            } else if (try? Directory.names(in: file)) == nil {
                report.skipped.append(.init(path: file, reason: .unreadable))
            }
        }
    }

    /// A file that is reached in two ways is read once: what is read twice would validate what was learnt from.
    private func leaveOutRepeated(
        _ files: inout [(path: String, isNamed: Bool, bytes: Int)], _ report: inout ReadingReport
    ) {
        guard sources.paths.count > 1 else { return }
        var seen: Set<String> = []
        files = files.filter { file in
            if seen.insert(file.path == Self.demo ? file.path : Path.resolved(file.path) ?? file.path).inserted {
                return true
            }
            report.skipped.append(.init(path: file.path, reason: .repeated))
            return false
        }
    }

    /// - Parameter isNamed: whether the user named this very file; then what is wrong with it is an error, else it is
    ///   left out.
    private func read(_ path: String, isNamed: Bool, into text: inout TrainingText) throws {
        if path == Self.demo {
            let bytes = Array(DemoCorpus().text().utf8)
            text.append(bytes)
            return text.report.add(bytes.count)
        }
        func skip(_ reason: ReadingReport.Reason, _ place: String? = nil) {
            text.report.skipped.append(.init(path: path, reason: reason, place: place))
        }
        let format = RecordFormat(path: path)
        if field == nil, let format {
            guard isNamed else { return skip(.records) }
            throw TrainingError.data(
                path,
                "this is \(format.description), not text; name the field to read with `field` \(try format.fields(of: path))"
            )
        }
        if field != nil, format == nil {
            guard isNamed else { return skip(.otherFormat) }
            throw TrainingError.data(
                path,
                "`field` is for files that end in .jsonl, .ndjson, .json, .csv or .tsv; omit it to read this one as text"
            )
        }
        var bytes = try WholeFile.read(path, limit: 1 << 36)
        guard !bytes.isEmpty else {
            if isNamed { throw TrainingError.data(path, "the file is empty; expected text") }
            return skip(.empty)
        }
        if !isNamed, bytes.prefix(8192).contains(0) { return skip(.binary) }  // a zero byte says that it is no text
        if requiresUTF8 || field != nil, let place = bytes.malformedPlace {
            let at = "line \(place.line), byte \(place.column)"
            guard isNamed else { return skip(.malformed, at) }
            let byte = String(bytes[place.byte], radix: 16, uppercase: true),
                encoding = bytes.likelyEncoding(at: place.byte)
            guard encoding == "utf-16" || !bytes.prefix(8192).contains(0) else {
                throw TrainingError.data(
                    path,
                    "this is a binary file, and not text; name a text file, or train on bytes with `tokenizer` byte")
            }
            throw TrainingError.data(
                path,
                "\(at) of it: 0x\(byte) is not UTF-8; convert the file (iconv -f \(encoding) -t utf-8), or train on bytes with `tokenizer` byte"
            )
        }
        if bytes.starts(with: Self.byteOrderMark) { bytes.removeFirst(Self.byteOrderMark.count) }
        if let format, let field {
            try format.read(bytes, path, field: field) { record, place in
                text.append(record.utf8)
                guard record.isEmpty else { return text.report.records += 1 }
                text.report.emptyRecords += 1
                if text.report.firstEmptyRecord == nil { text.report.firstEmptyRecord = "\(path): \(place)" }
            }
        } else {
            if let syntax = RawSyntax(bytes) { text.report.oddities.append(.init(path: path, syntax: syntax)) }
            text.append(bytes)
        }
        text.report.add(bytes.count)
    }

    /// What editors on Windows put before a text, and no part of it.
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private func nothing(_ report: ReadingReport) -> TrainingError {
        if report.emptyRecords > 0 {
            return .data(
                sources.description,
                "field \"\(FileError.oneLine(field ?? ""))\" has no text in any of \(report.emptyRecords) records")
        }
        let found = report.skippedByReason.map { "\($0.paths.count) \($0.reason.rawValue)" }.joined(separator: ", ")
        let expected =
            field == nil
            ? "expected at least one file of UTF-8 text" : "expected at least one .jsonl, .ndjson, .json, .csv or .tsv"
        return .data(
            sources.description,
            "no text file in this directory; \(expected)\(found.isEmpty ? "" : ", found: \(found)")")
    }
}

extension ReadingReport {
    fileprivate mutating func add(_ bytes: Int) {
        files += 1
        self.bytes += bytes
    }
}

extension [UInt8] {
    /// What the text is likely to be, whose byte at `place` is not UTF-8, by the name that iconv has for it.
    fileprivate func likelyEncoding(at place: Int) -> String {
        if starts(with: [0xFF, 0xFE]) || starts(with: [0xFE, 0xFF]) { return "utf-16" }
        // Latin 1 has no characters there, Windows' code page has its quotes and dashes.
        return (0x80 ... 0x9F).contains(self[place]) ? "windows-1252" : "latin1"
    }

    /// The first byte that is not UTF-8: its line and its place in that line, from 1, and its place in all; nil if all
    /// are.
    fileprivate var malformedPlace: (line: Int, column: Int, byte: Int)? {
        withUnsafeBufferPointer { bytes in
            let byte = bytes.wellFormedPrefixCount, lineFeed = UInt8(ascii: "\n")
            guard byte < bytes.count else { return nil }
            let start = bytes[..<byte].lastIndex(of: lineFeed).map { $0 + 1 } ?? 0
            return (1 + bytes[..<byte].count { $0 == lineFeed }, byte - start + 1, byte)
        }
    }
}
