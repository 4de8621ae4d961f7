import Foundation
import OrreryTraining
import Testing

/// Text out of JSON, CSV and TSV.
@Suite struct RecordTests {
    private func documents(_ name: String, _ content: String, field: String = "text") throws -> [String] {
        let scratch = try Scratch()
        let text = try TextSource(DataSources(try scratch.put(content.utf8, at: name)), field: field).read()
        return text.documents.map { String(decoding: text.bytes[$0], as: UTF8.self) }
    }

    static let files: [(name: String, content: String, documents: [String])] = [
        (
            "a.jsonl", #"{"text": "one\ntwo \u00e9 \ud83d\ude00", "n": 1}"# + "\n\n" + #"{"n": 2, "text": "three"}"#,
            ["one\ntwo é 😀", "three"]
        ),
        (
            "a.ndjson", "\u{FEFF}{\"text\": \"x\"}\r\n{\"text\": null}\r\n{\"n\": 1}\r\n{\"text\": \"y\"}\r\n",
            ["x", "y"]
        ),
        ("a.json", " [{\"text\": \"x\"}, {\"text\": \"y\"}] ", ["x", "y"]),
        ("a.json", "{\"text\": \"x\"}\n{\"text\": \"y\"}\n", ["x", "y"]),
        // As Python reads it: the last of a repeated key counts, and NaN is a number.
        ("a.jsonl", "{\"text\": \"x\", \"text\": \"y\", \"n\": NaN}\n", ["y"]),
        (
            "a.csv", "id,text\r\n1,plain\r\n2,\"a, \"\"b\"\"\r\nc\"\r\n\r\n3,\r\n4\r\n5,last",
            ["plain", "a, \"b\"\r\nc", "last"]
        ),
        ("a.csv", "\u{FEFF}\"text\",n\n\"\",1\n\"q\"x,2", ["qx"]),
        ("a.tsv", "text\tn\na, b\t1\nsay \"hi\"\t2\n", ["a, b", "say \"hi\""]),
    ]

    @Test(arguments: files) func decoded(_ file: (name: String, content: String, documents: [String])) throws {
        #expect(try documents(file.name, file.content) == file.documents)
    }

    /// Names of columns and keys are equal byte by byte: "é" and "e" with an accent are two.
    @Test(arguments: ["a.csv", "a.tsv", "a.jsonl"]) func namesInTwoForms(_ name: String) throws {
        let separator = name == "a.tsv" ? "\t" : ","
        let content =
            name == "a.jsonl"
            ? "{\"\u{E9}\": \"x\", \"e\u{301}\": \"y\"}\n" : "\u{E9}\(separator)e\u{301}\nx\(separator)y\n"
        #expect(try documents(name, content, field: "\u{E9}") == ["x"])
        #expect(try documents(name, content, field: "e\u{301}") == ["y"])
    }

    static let mistakes: [(name: String, content: String, says: String)] = [
        ("a.jsonl", "{\"body\": \"x\", \"n\": 1}\n", "there is no field \"text\" (found: body, n)"),
        ("a.jsonl", "{\"text\": \"x\"}\n{\"text\": 5}\n", "line 2: field \"text\": expected a text, found 5"),
        ("a.jsonl", "{\"text\": \"x\"}\n[1]\n", "line 2: expected an object with fields, found an array"),
        ("a.jsonl", "{\"text\": \"x\"}\n{\"text\": \"y\n", "line 2: byte"),
        ("a.csv", "a,b\n1,2\n", "there is no field \"text\" (found: a, b)"),
        ("a.csv", "text,n\nx,1\n\"y,2\nz,3\n", "line 3: a quote opens a field and is never closed"),
        ("a.csv", "text,n\nx,1\ny,2,3\n", "line 3: 3 fields, and the first line has 2"),
        ("a.csv", "text\n\"\"\n", "field \"text\" has no text in any of 1 records"),
        ("a.txt", "plain", "`field` is for files that end in"),
    ]

    @Test(arguments: mistakes) func mistaken(_ file: (name: String, content: String, says: String)) throws {
        #expect(line { try documents(file.name, file.content) }.contains(file.says))
    }

    /// Raw syntax is nothing to learn from: the error names the fields.
    @Test(arguments: [
        ("a.jsonl", "{\"text\": \"x\", \"n\": 1}"), ("a.csv", "text,n\nx,1\n"), ("a.tsv", "text\tn\nx\t1\n"),
        ("a.json", "[{\"text\": 1, \"n\": 1}]"),
    ])
    func withoutField(_ name: String, _ content: String) throws {
        let scratch = try Scratch(), path = try scratch.put(content.utf8, at: name)
        #expect(
            line { try TextSource(path).read() }.hasSuffix("name the field to read with `field` NAME (found: text, n)"))
    }
}
