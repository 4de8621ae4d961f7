/// Documents one after another, as they were read.
package struct TrainingText: Sendable {
    /// UTF-8, a newline between two documents.
    package private(set) var bytes: [UInt8] = []
    /// The place of each document in `bytes`.
    package private(set) var documents: [Range<Int>] = []
    package internal(set) var report = ReadingReport()

    mutating func reserve(_ bytes: Int) { self.bytes.reserveCapacity(self.bytes.count + bytes + 1) }

    /// Adds a document; one without text is none.
    mutating func append(_ document: some Collection<UInt8>) {
        guard !document.isEmpty else { return }
        if !documents.isEmpty { bytes.append(UInt8(ascii: "\n")) }
        let start = bytes.count
        bytes += document
        documents.append(start ..< bytes.count)
    }
}

/// What was read, and what was not and why.
package struct ReadingReport: Sendable, Hashable {
    package enum Reason: String, Sendable, CaseIterable {
        case hidden, empty, binary
        case repeated = "given twice"
        case malformed = "not UTF-8"
        case records = "JSON, CSV or TSV (`field` NAME reads a field of them)"
        case otherFormat = "not JSON, CSV or TSV, of which `field` reads a field"
        case special = "neither a file nor a directory"
        case unreadable = "a directory that cannot be read"
    }

    package struct Skipped: Sendable, Hashable, CustomStringConvertible {
        package var path: String
        package var reason: Reason
        /// Where in the file the reason is, as "line 2, byte 5".
        package var place: String?

        package init(path: String, reason: Reason, place: String? = nil) {
            self.path = path
            self.reason = reason
            self.place = place
        }

        /// The path, and the place where it is known.
        package var description: String { path + (place.map { " (\($0))" } ?? "") }
    }

    package internal(set) var files = 0
    /// Bytes of those files.
    package internal(set) var bytes = 0
    package internal(set) var skipped: [Skipped] = []
    /// Records of JSON, CSV and TSV files that have a text, and those that have none.
    package internal(set) var records = 0
    package internal(set) var emptyRecords = 0
    /// The first of the records without a text, as "records.jsonl: line 3".
    package internal(set) var firstEmptyRecord: String?
    /// Files that were read and that seem to be no text, each with what they are and what can be done.
    package var warnings: [(path: String, problem: String)] { oddities.map { ($0.path, $0.syntax.rawValue) } }
    var oddities: [Oddity] = []

    struct Oddity: Sendable, Hashable {
        var path: String
        var syntax: RawSyntax
    }

    /// The skipped paths, with the place where it is known, by reason, each reason once.
    package var skippedByReason: [(reason: Reason, paths: [String])] {
        Reason.allCases.compactMap { reason in
            let paths = skipped.filter { $0.reason == reason }.map(\.description)
            return paths.isEmpty ? nil : (reason, paths)
        }
    }
}
