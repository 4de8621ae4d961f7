import Foundation
import OrreryFiles
import Testing

/// `orrery tokenize`, run as a user runs it, with a vocabulary of every byte and ten merges.
@Suite struct TokenizeTests {
    private static func run(_ text: String, _ flags: String...) async throws -> Command.Outcome {
        let scratch = try Scratch()
        let vocabulary = try scratch.put(Example.tiktoken, at: "tiny.tiktoken")
        return try await orrery(["tokenize", vocabulary, "--pattern", "r50k"] + flags, input: text)
    }

    @Test func idsAndCount() async throws {
        #expect(try await Self.run("the sun", "--ids").output == "258 32 262\n")
        #expect(try await Self.run("the sun", "--count").output == "3\n")
        #expect(try await Self.run("", "--ids").output == "\n")
        #expect(try await Self.run("", "--count").output == "0\n")
    }

    @Test func fileDashAndTextAreOne() async throws {
        let scratch = try Scratch()
        let vocabulary = try scratch.put(Example.tiktoken, at: "tiny.tiktoken"),
            file = try scratch.put("the moon", at: "text.txt")
        let ways = [[file], ["-"], ["--text", "the moon"]]
        for way in ways {
            let outcome = try await orrery(
                ["tokenize", vocabulary, "--pattern", "r50k", "--ids"] + way, input: "the moon")
            #expect(outcome.output == "258 265\n", "\(way)")
        }
    }

    /// A pipe that has a name, as a shell makes for <(command), and the device of standard input.
    @Test func pipesAreRead() async throws {
        let scratch = try Scratch()
        let vocabulary = try scratch.put(Example.tiktoken, at: "tiny.tiktoken"), pipe = scratch("pipe")
        let outcome = try await Command(
            ["tokenize", vocabulary, "--pattern", "r50k", "--ids", pipe],
            prelude: "mkfifo '\(pipe)'; (printf 'the moon' > '\(pipe)' &)"
        ).outcome()
        #expect(outcome.output == "258 265\n", "\(outcome.errors)")
        let device = try await orrery(
            ["tokenize", vocabulary, "--pattern", "r50k", "--ids", "/dev/stdin"], input: "the moon")
        #expect(device.output == "258 265\n", "\(device.errors)")
    }

    /// Swift would read another text.
    @Test func argumentsAreUTF8() async throws {
        let outcome = try await Command(
            ["char"], prelude: #"set -- "$1" tokenize "$2" --ids --text "$(printf 'a\355\262\235')""#
        ).outcome()
        #expect(outcome.status == 2 && outcome.errors.contains("argument 5: expected UTF-8"), "\(outcome.errors)")
    }

    /// Ids from an argument, standard input and files, as numbers and as JSON: one text, to the byte.
    @Test(arguments: ["258 32 262", "258,32, 262\n", "[258, 32, 262]", #"{"ids": [258, 32, 262], "text": ""}"#])
    func decode(_ ids: String) async throws {
        let scratch = try Scratch()
        let vocabulary = try scratch.put(Example.tiktoken, at: "tiny.tiktoken"),
            file = try scratch.put(ids, at: "ids.txt")
        let ways = [[file], ["-"], [], ["--text", ids]] + (ids.hasPrefix("{") ? [] : [[ids]])
        for way in ways {
            let outcome = try await orrery(["tokenize", vocabulary, "--pattern", "r50k", "--decode"] + way, input: ids)
            #expect(outcome.output == "the sun", "\(way): \(outcome.errors)")
        }
    }

    @Test(arguments: [
        ("1 two", "standard input, [1]: expected an id from 0 to 265, found two"),
        ("[1, 266]", "[1]: expected an id from 0 to 265, found 266"),
        ("-1", "[0]: expected an id from 0"), ("99999999999999999999", "[0]: expected an id from 0"),
        ("[1.5]", "[0]: expected an id"), ("[[1]]", "[0]: expected an id"),
        ("{\"id\": [1]}", "expected a list of ids, or an object with the list \"ids\""), ("[1, 2", "byte"),
    ]) func idsThatAreNone(_ ids: String, _ says: String) async throws {
        let outcome = try await Self.run(ids, "--decode")
        #expect(outcome.status == 1 && outcome.errors.contains(says) && outcome.output == "", "\(outcome.errors)")
    }

    /// The file is named, and what else it can be kept as.
    @Test func whatAGGUFFileCannotSay() async throws {
        let scratch = try Scratch()
        let file = try scratch.put(
            #"{"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "Digits", "individual_digits": true}, "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1]]}}"#,
            at: "tokenizer.json")
        let outcome = try await orrery(["tokenizer", "convert", file, scratch("out.gguf")])
        outcome.expectLine(
            status: 1,
            [
                "orrery: \(file): cannot be written as gguf: its normalizer or pre-tokenizer does more than",
                "keep tokenizer.json",
            ])
    }

    @Test func idsInAFileThatIsNotThere() async throws {
        try await Self.run("", "--decode", "abc").expectLine(
            status: 1, ["orrery: abc: does not exist; give ids, as 258 32 262, or a file of them"])
    }

    /// What was encoded comes back, marks of structure included unless they are not wanted.
    @Test func thereAndBack() async throws {
        let model = try await Example.model.value("model")
        let ids = try await orrery(["tokenize", model, "--ids", "--text", "the moon turns"]).output
        #expect(try await orrery(["tokenize", model, "--decode"], input: ids).output == "the moon turns")
        #expect(
            try await orrery(["tokenize", model, "--decode", "--no-special"], input: ids).output == "the moon turns")
        #expect(try await orrery(["tokenize", "byte", "--decode", "104 105 255"]).output == "hi\u{fffd}")
        #expect(
            try await orrery(["tokenize", "char", "--decode", "1"]).errors.contains(
                "--decode: char takes its vocabulary from a text"))
    }

    @Test func pieces() async throws {
        let outcome = try await Self.run("the moon\n", "--pieces")
        #expect(
            outcome.output == "0\t258\t0..<3\tthe\n1\t265\t3..<8\t·moon\n2\t10\t8..<9\t⏎\n"
                || outcome.output == "0\t258\t0..<3\tthe\n1\t265\t3..<8\t_moon\n2\t10\t8..<9\t\\n\n")
        // Without a terminal there are no colours.
        #expect(try await Self.run("the sun").output.filter { $0 != "·" && $0 != "_" } == "the||sun\n")
    }

    @Test func mergesAreTheTokenizersOwn() async throws {
        let lines = try await Self.run("the", "--merges").output.split(separator: "\n").map(String.init)
        #expect(lines == ["the  the  258", "  rank 256  t + h = th    th|e", "  rank 258  th + e = the    the"])
        let object = try await Self.run(" moon", "--merges", "--json").json()
        let word = try #require(object["words"]?.list.first)
        #expect(word["word"] == " moon")
        #expect(word["ids"] == [265])
        // The vocabulary has no "mo": byte by byte the word ends elsewhere than where it is found whole.
        #expect(word["whole"] == true)
        #expect(word["merges"]?.list.map { $0["rank"] } == [263])
        let none = try await orrery(["tokenize", "byte", "--merges", "--text", "ab"])
        #expect(none.output == "byte makes no merges: each byte is a token.\n")
    }

    @Test func statistics() async throws {
        let object = try await Self.run(
            "the sun the", "--stats", "--context", "100", "--price-per-million", "2", "--json"
        ).json()
        let stats = try #require(object["stats"])
        #expect(stats["tokens"] == 4 && stats["words"] == 3 && stats["bytes"] == 11 && stats["distinct_tokens"] == 4)
        #expect(stats["tokens_per_word"] == .double(4.0 / 3) && stats["bytes_per_token"] == .double(2.75))
        #expect(stats["context_share"] == .double(0.04) && stats["cost"] == .double(4 * 2e-6))
        #expect(object["tokens"] == [])
        let text = try await Self.run("the sun the", "--stats", "--context", "100").output
        #expect(text.contains("4.00% of 100") && text.contains("1.333"))
        let many = try await Self.run(String(repeating: "the ", count: 600), "--stats").output
        #expect(many.contains("2,400") && !many.contains("2400"), "\(many)")
    }

    /// The bytes of the tokens are those of the text, whatever they are, and end to end.
    @Test func jsonCoversTheText() async throws {
        let bytes: [UInt8] = Array("the sün ".utf8) + [0xFF, 0xC3] + Array(" moon".utf8)
        let scratch = try Scratch()
        let vocabulary = try scratch.put(Example.tiktoken, at: "tiny.tiktoken"),
            file = try scratch.put(bytes, at: "text.bin")
        let tokens = try await orrery(["tokenize", vocabulary, file, "--pattern", "cl100k", "--json"]).json()["tokens"]!
            .list
        #expect(tokens.flatMap { $0["bytes"]!.list } == bytes.map { .int(Int64($0)) })
        var end: JSONValue = 0
        for token in tokens {
            #expect(token["start"] == end)
            end = token["end"]!
        }
        #expect(end == .int(Int64(bytes.count)))
    }

    @Test func severalTokenizers() async throws {
        let outcome = try await Self.run("the sun", "--compare", "byte", "--compare", "char")
        let lines = outcome.output.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true)
        }
        #expect(lines[0].first == "tokenizer")
        #expect(lines[2 ... 4].map { $0[2] } == ["3", "7", "7"])
        #expect(lines[2 ... 4].map { $0[1] } == ["266", "256", "7"])
    }

    /// A text in many parts has the tokens that it has in one.
    @Test func manyThreads() async throws {
        let scratch = try Scratch()
        let vocabulary = try scratch.put(Example.tiktoken, at: "tiny.tiktoken")
        let file = try scratch.put(
            String(repeating: "the sun, the moon\n\n  and a planet's moons 123456\t", count: 60_000), at: "text.txt")
        let one = try await orrery(["tokenize", vocabulary, file, "--pattern", "cl100k", "--ids", "--threads", "1"])
        let four = try await orrery(["tokenize", vocabulary, file, "--pattern", "cl100k", "--ids", "--threads", "4"])
        #expect(one.status == 0 && one.output.utf8.count > 5_000_000)
        #expect(one.output == four.output)
    }

    @Test func convertsAndOpensAgain() async throws {
        let scratch = try Scratch()
        let vocabulary = try scratch.put(Example.tiktoken, at: "tiny.tiktoken")
        let text = "the sun's moon,\r\n\r\n  the 1234 ünïcode\tend  "
        func ids(_ tokenizer: String, _ flags: String...) async throws -> String {
            let outcome = try await orrery(["tokenize", tokenizer, "--ids", "--text", text] + flags)
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.output
        }
        let expected = try await ids(vocabulary, "--pattern", "cl100k")
        #expect(
            try await orrery(["tokenizer", "convert", vocabulary, scratch("hf"), "--pattern", "cl100k"]).status == 0)
        #expect(try await ids(scratch("hf")) == expected)
        #expect(try await orrery(["tokenizer", "convert", scratch("hf"), scratch("again.tiktoken")]).status == 0)
        #expect(try scratch.content("again.tiktoken") == scratch.content("tiny.tiktoken"))
        let refused = try await orrery(["tokenizer", "convert", scratch("hf"), scratch("x.model")])
        #expect(refused.status == 1 && refused.errors.contains("expected a SentencePiece tokenizer"))
    }

    static let wrong: [BadInput] = [
        .failure("tokenize @missing.json @text.txt", "missing.json: does not exist"),
        .failure("tokenize @text.txt @missing.txt", "missing.txt"),
        .failure(
            "tokenize @bad.tiktoken @text.txt --pattern cl100k", "bad.tiktoken: line 1", files: ["bad.tiktoken": "!"]),
        .failure(
            "tokenize @tiny.tiktoken @text.txt", "tiny.tiktoken: is none of the vocabularies r50k_base",
            "--pattern NAME|REGEX", files: ["tiny.tiktoken": Example.tiktoken]),
        .failure(
            "tokenize @tiny.tiktoken @text.txt --pattern (", "\"(\" is not a regular expression",
            files: ["tiny.tiktoken": Example.tiktoken]),
        .failure("tokenize @model @text.txt --pattern cl100k", "model/tokenizer.json: says itself how text is cut"),
        .missing("tokenize", "<tokenizer>"),
        .usage("tokenize byte @text.txt --text x", "a file and --text: expected one of them"),
        .usage("tokenize byte @text.txt --ids --compare char", "--compare and --ids: expected one of them"),
        .usage("tokenize byte @text.txt --ids --count", "--count"),
        .usage("tokenize byte @text.txt --threads 0", "--threads: expected 1 to 1024, found 0"),
        .usage("tokenize byte @text.txt --stats --context 0", "--context: expected at least 1, found 0"),
        .usage(
            "tokenize byte @text.txt --stats --price-per-million nan",
            "--price-per-million: expected 0 or more, found nan"),
        .failure(
            "tokenize @tiny.tiktoken @text.txt --pattern cl100k --merges", "expected at most 20000",
            files: ["tiny.tiktoken": Example.tiktoken, "text.txt": String(repeating: "a", count: 20_001)]),
        .usage("bench tokenizer char --data @text.txt", "char has no file to open"),
        .failure("bench tokenizer byte --data @missing.txt", "missing.txt"),
        .failure("bench tokenizer byte --data @empty.txt", "empty.txt: the file is empty", files: ["empty.txt": ""]),
        .usage("bench tokenizer byte --data @text.txt --rounds 0", "--rounds: expected"),
        .failure(
            "tokenizer convert @model @out.tiktoken",
            "cannot be written as tiktoken; expected a byte-level BPE tokenizer"),
    ]

    @Test(arguments: wrong) func oneLineSaysWhatIsWrong(_ input: BadInput) async throws { try await input.check() }
}

extension JSONValue {
    fileprivate var list: [JSONValue] {
        if case .array(let values) = self { values } else { [] }
    }
}
