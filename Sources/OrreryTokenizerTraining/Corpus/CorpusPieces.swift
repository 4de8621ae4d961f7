import OrreryFiles
import OrreryTokenizers

/// A part of a document that one thread reads: it starts where a word or a line does, and what is found in all pieces
/// together is what would be found in the whole.
struct CorpusPiece: Sendable {
    let document: TrainingCorpus.Document
    /// The nominal number of the piece in its document; see `CutRule`.
    let index: Int

    /// About as many bytes as it has.
    var byteCount: Int { min(CutRule.window, document.count - index * CutRule.window) }
}

/// Where a document may be cut.
package enum CutRule: Sendable {
    /// After any line break.
    case lines
    /// Where each of the hand-written scanners starts a word whatever came before: between a line break and an ASCII
    /// letter, or before a space that has an ASCII letter or digit on its left and an ASCII letter on its right.
    case words
    /// Nowhere: the pattern may look at anything.
    case never

    /// Bytes between two places where a cut is looked for.
    package static let window = 8 << 20

    /// The range of piece `index` of a document; nil where the piece before has it.
    ///
    /// A piece starts at the first cut of its window and ends where the next piece starts that there is. Each thread
    /// finds both ends by itself and finds the same.
    package func range(ofPiece index: Int, in text: UnsafeBufferPointer<UInt8>, window: Int = window) -> Range<Int>? {
        guard let start = cut(inWindow: index, of: text, window) else { return nil }
        var next = index + 1
        while next * window < text.count {
            if let end = cut(inWindow: next, of: text, window) { return start ..< end }
            next += 1
        }
        return start ..< text.count
    }

    private func cut(inWindow index: Int, of text: UnsafeBufferPointer<UInt8>, _ window: Int) -> Int? {
        if index == 0 { return 0 }
        let start = index * window
        return (start ..< min(start + window, text.count)).first { isCut($0, in: text) }
    }

    /// Whether `position`, inside the text and not its start, is a place to cut.
    package func isCut(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .never: return false
        case .lines: return text[position - 1] == UInt8(ascii: "\n")
        case .words:
            if text[position - 1] == UInt8(ascii: "\n") { return Self.isLetter(text[position]) }
            return text[position] == UInt8(ascii: " ") && position + 1 < text.count && Self.isLetter(text[position + 1])
                && (Self.isLetter(text[position - 1]) || text[position - 1] &- 0x30 < 10)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
}

extension TrainingCorpus {
    /// All pieces, in order.
    func pieces(window: Int = CutRule.window) -> [CorpusPiece] {
        documents.flatMap { document in
            (0 ..< (document.count + window - 1) / window).map { CorpusPiece(document: document, index: $0) }
        }
    }
}

/// Lends a thread the bytes of documents. It keeps the file it opened last, since pieces of one file come one after
/// another.
final class CorpusReader {
    private var file: MappedFile?

    /// - Throws: `FileError` where the file cannot be opened; `TokenizerError` if it has another length than it had.
    func withBytes<Result>(
        of document: TrainingCorpus.Document, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) throws -> Result {
        switch document {
        case .memory(let memory): return try body(memory.bytes)
        case .text(let bytes): return try bytes.withUnsafeBufferPointer(body)
        case .file(let path, let count):
            let file: MappedFile
            if let open = self.file, open.path == path { file = open } else { file = try MappedFile(path: path) }
            self.file = file
            guard file.count == count else {
                throw TokenizerError.file(
                    path,
                    "has \(file.count) bytes and had \(count) when training began; expected a file that does not change"
                )
            }
            return try file.withUnsafeBytes { try body($0.assumingMemoryBound(to: UInt8.self)) }
        }
    }
}
