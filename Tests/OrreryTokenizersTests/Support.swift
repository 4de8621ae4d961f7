import Foundation
import OrreryTokenizers

/// A folder of its own, gone when `body` returns.
///
/// - Parameter parent: where it is made; nil for the usual place.
func withTemporaryDirectory<Result>(in parent: URL? = nil, _ body: (URL) throws -> Result) throws -> Result {
    let directory = (parent ?? FileManager.default.temporaryDirectory).appendingPathComponent(
        "orrery-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory)
}

/// A file of the folder `shared` that stands next to the checkout, or above it; nil where there is none.
func shared(_ path: String) -> URL? {
    var folder = URL(fileURLWithPath: #filePath)
    while folder.path != "/" {
        folder.deleteLastPathComponent()
        let file = folder.appendingPathComponent("shared/\(path)")
        if FileManager.default.fileExists(atPath: file.path) { return file }
    }
    return nil
}

/// The corpus of nanoGPT's Shakespeare runs.
let tinyShakespeare = shared("data/tinyshakespeare.txt")

/// What `body` throws, as the user reads it; nil if it throws nothing.
func message(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch {
        return "\(error)"
    }
}

/// How many times as long a text of 32 times the length takes: about 32 where the time is linear, about 1,000 where it
/// is quadratic. Processor time of this thread alone, whatever else the machine does; the least of three, because
/// others still take the caches.
///
/// - Parameter run: works on a text of so many times `1 / 32` of the whole.
func growth(_ run: (Int) throws -> Void) throws -> Double {
    func seconds(_ parts: Int) throws -> Double {
        try (0 ..< 3).map { _ in
            let start = processorNanoseconds()
            try run(parts)
            return Double(processorNanoseconds() - start) / 1e9
        }.min()!
    }
    try run(1)
    // A tick of the clock may be coarse, and the first parts of a text meet cold caches.
    return try seconds(32) / max(seconds(1), 1e-4)
}

private func processorNanoseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return now.tv_sec * 1_000_000_000 + now.tv_nsec
}

/// Texts on which tokenizers go wrong.
let nastyTexts = [
    "", " ", "\n", "\r\n", "\r", "\0", "  two  spaces  ", "a .", "don ' t", "tab\tand\u{B}\u{C}",
    "\u{85}\u{2028}\u{2029}",
    "\u{212B}\u{C5}A\u{30A}", "\u{3A9}\u{2126}", "e\u{301}é", "\u{FEFF}bom", "\u{200D}👩\u{200D}👩\u{200D}👧", "🇨🇭",
    "\u{10FFFF}\u{E000}",
    "\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}", "\"\\/quotes", "</s><|endoftext|", "漢字かな", "שלום", "Ġ Ċ", "<unk>",
]
