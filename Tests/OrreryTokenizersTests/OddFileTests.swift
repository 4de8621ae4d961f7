import Foundation
import OrreryTokenizers
import Testing

/// Files with something odd in them that the reference of their format opens all the same, with the reference's ids and
/// texts: tokenizers for `tokenizer.json`, sentencepiece for `.model`, tiktoken for `.tiktoken`, transformers for what
/// stands in several files (`scripts/goldens/make_odd_file_goldens.py`).
@Suite struct OddFileTests {
    static let cases: [OddFile] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Goldens/odd-files.json")
        return (try? JSONDecoder().decode([OddFile].self, from: Data(contentsOf: file))) ?? []
    }()

    @Test func thereAreSome() { #expect(Self.cases.count > 100) }

    @Test(arguments: cases) func opensAsInTheReference(file: OddFile) throws {
        let found = file.run()
        #expect(found.error == nil)
        for (text, (found, expected)) in zip(file.texts, zip(found.results ?? [], file.results ?? [])) {
            #expect(found.ids == expected.ids, "\(text)")
            if let text = expected.text { #expect(found.text == text) }
        }
        if let warning = file.warning {
            #expect(found.warnings?.contains { $0.contains(warning) } == true, "\(found.warnings ?? [])")
        }
    }
}

/// A tokenizer's files, texts, and what becomes of them.
struct OddFile: Codable, Sendable, CustomTestStringConvertible {
    struct Result: Codable, Sendable {
        /// nil where the text cannot be encoded.
        var ids: [TokenID]?
        /// What the ids are decoded to; nil where it is not compared.
        var text: String?
    }

    let name: String
    /// Each file's contents: text, or base 64 behind "base64:".
    let files: [String: String]
    /// The file that is opened; "" for the directory.
    let open: String
    let texts: [String]
    var pattern: String?
    /// Part of a warning that must be given.
    var warning: String?
    /// The reference's, for each text.
    var results: [Result]?

    var testDescription: String { name }

    struct Outcome: Codable {
        var error: String?
        var warnings: [String]?
        var results: [Result]?
    }

    /// Opens the files here, and encodes and decodes the texts.
    func run() -> Outcome {
        var outcome = Outcome()
        do {
            try withTemporaryDirectory { directory in
                for (name, contents) in files {
                    let data =
                        contents.hasPrefix("base64:")
                        ? Data(base64Encoded: String(contents.dropFirst(7)))! : Data(contents.utf8)
                    try data.write(to: directory.appendingPathComponent(name))
                }
                var warnings: [String] = []
                let path = open.isEmpty ? directory.path : directory.appendingPathComponent(open).path
                let tokenizer = try TokenizerLoader.load(path: path, pattern: pattern.map(SplitPattern.init(argument:)))
                { warnings.append($0) }
                outcome.warnings = warnings
                outcome.results = texts.map { text in
                    guard let ids = try? tokenizer.encode(text) else { return Result() }
                    return Result(ids: ids, text: try? tokenizer.decode(ids))
                }
            }
        } catch {
            outcome.error = "\(error)"
        }
        return outcome
    }
}

/// Our half of `scripts/goldens/make_odd_file_goldens.py --compare`, which says where in `ORRERY_ODD_FILES`: a case a line in
/// `cases.jsonl`, an outcome a line in `outcomes.jsonl`.
private let folder = ProcessInfo.processInfo.environment["ORRERY_ODD_FILES"].map { URL(fileURLWithPath: $0) }

@Suite(.enabled(if: folder != nil, "run by scripts/goldens/make_odd_file_goldens.py"))
struct OddFileComparison {
    @Test func run() throws {
        let output = folder!.appendingPathComponent("outcomes.jsonl")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let handle = try FileHandle(forWritingTo: output)
        for line in try Data(contentsOf: folder!.appendingPathComponent("cases.jsonl")).split(
            separator: UInt8(ascii: "\n"))
        {
            let outcome = try JSONDecoder().decode(OddFile.self, from: Data(line)).run()
            try handle.write(contentsOf: JSONEncoder().encode(outcome) + [UInt8(ascii: "\n")])
        }
    }
}
