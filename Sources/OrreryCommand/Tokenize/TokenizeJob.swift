import Foundation
import OrreryTerminal
import OrreryTokenizers

/// A tokenizer and the text that it is to cut.
struct TokenizeJob {
    var name: String
    var tokenizer: any Tokenizer
    /// An unowned view of the source.
    var text: UnsafeBufferPointer<UInt8>
    var options: EncodingOptions
    var threads: Int
    /// What the progress line calls the text.
    var source: String

    /// Texts below this are done before a progress line could be read.
    private static let leastForProgress = 32 << 20

    /// Calls `body` with the tokens of each part of the text, in order; texts that take long show how far they are.
    func forEachPart(recordsByteRanges: Bool = false, _ body: (Encoding) throws -> Void) throws {
        let progress = text.count < Self.leastForProgress ? nil : ProgressLine(.standardError)
        defer { progress?.finish(keepingLastLine: false) }
        let start = ProcessInfo.processInfo.systemUptime
        try tokenizer.encodeParts(of: text, options: options, recordsByteRanges: recordsByteRanges, threads: threads) {
            range, encoding in
            try body(encoding)
            progress?.update(
                TaskStatus(
                    "Tokenizing \(source)", completed: Double(range.upperBound), total: Double(text.count),
                    unit: "bytes",
                    elapsedSeconds: ProcessInfo.processInfo.systemUptime - start))
        }
    }

    func count() throws -> Int {
        var count = 0
        try forEachPart { count += $0.ids.count }
        return count
    }

    /// The bytes to show for a token: its place in the text, or its name where it has none.
    func piece(_ encoding: Encoding, at index: Int) -> [UInt8] {
        tokenizer.piece(for: encoding.ids[index]) ?? Array("<\(encoding.ids[index])>".utf8)
    }
}
