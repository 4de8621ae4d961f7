import OrreryFiles
import OrreryRandom
import Testing

@Suite struct JSONReadingTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: text, file: "t.json") }

    @Test(
        arguments: [
            ("null", JSONValue.null), (" true ", true), ("false", false), ("0", 0), ("-7", -7),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775808", .double(9223372036854775808)), ("1.0", .double(1)), ("1e2", .double(100)),
            ("1E-2", .double(0.01)), ("0.1", .double(0.1)), ("-0", .double(-0.0)), ("1e-999", .double(0)),
            (#""a\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é""#, .string("a\"\\/\u{8}\u{c}\n\r\té😀é")), ("[]", []),
            ("[1,[2]]", [1, [2]]),
            ("{}", [:]), (#"{"b":1,"a":{"c":null}}"#, ["b": 1, "a": ["c": nil]]), ("\"\\u0000\"", "\0"),
        ] as [(String, JSONValue)])
    func reads(text: String, value: JSONValue) throws { #expect(try parse(text) == value) }

    @Test(arguments: [
        ("", "byte 0: expected a value, found the end"), ("{", "byte 1"),
        ("[1,]", "byte 3: expected a value, found ']'"),
        (#"{"a":1,}"#, "byte 7: expected a key in quotes, found '}'"),
        ("01", "byte 0: expected a number without leading zero"),
        ("-", "byte 1: expected a digit"), ("1.", "byte 2"), (".5", "byte 0"), ("+1", "byte 0"), ("1e", "byte 2"),
        ("1e999", "within ±1.8e308"),
        ("NaN", "write null"), ("-Infinity", "byte 1: expected a digit, found 'I'"), ("nul", "byte 0: expected null"),
        ("tru", "byte 0"),
        ("1 2", "byte 2: expected the end of the text"), (#"{"a" 1}"#, "byte 5: expected ':'"),
        ("[1 2]", "byte 3: expected ',' or ']'"),
        (#"{"a":1 "b":2}"#, "byte 7"), ("\"a\nb\"", "byte 2"), ("\"a", "byte 2"),
        (#""\x""#, "byte 2: expected an escape"), (#""\"#, "byte 2"),
        (#""\u12g4""#, "byte 5: expected four hexadecimal digits"),
        (#""\uD800""#, "byte 3: expected a pair of surrogates"),
        (#""\uDC00\uD800""#, "surrogates"), (#""\uD800\u0041""#, "surrogates"), ("'a'", "byte 0"), ("// c", "byte 0"),
        (#"{"a":1,"b":2,"a":3}"#, #"byte 13: expected each key once, found "a" again"#),
        ("{1:2}", "byte 1: expected a key"),
        ("\u{FEFF}{}", "byte order mark"),
    ])
    func refuses(text: String, message: String) { #expect(line { try parse(text) }.contains(message)) }

    @Test func refusesBadUTF8() {
        for bytes in [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
        ] as [[UInt8]] {
            let text = line { try bytes.withUnsafeBytes { try JSONValue(parsing: $0, file: "t.json") } }
            #expect(text.hasPrefix("t.json: byte 0: expected a string in UTF-8"))
        }
    }

    @Test func depthIsLimited() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try self.parse(nested(128)) }
        #expect(line { try parse(nested(129)) }.contains("byte 128: expected at most 128 nested values"))
        #expect(line { try parse(String(repeating: #"{"a":"#, count: 1_000_000)) }.contains("at most 128"))
    }

    @Test func keysAreBytes() throws {
        // Canonically equivalent, and two tokens of a vocabulary all the same.
        let value = try parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        let many = try parse("{" + (0 ..< 5000).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}")
        #expect(many["k4321"] == 4321)
        #expect(many["k5000"] == nil)
    }

    @Test func lastDuplicateMayWin() throws {
        let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#, file: "t", dialect: .python)
        #expect(value == ["a": 3, "b": 2])
    }

    /// What `json.loads` reads.
    @Test func pythonsDialect() throws {
        func parse(_ text: String) throws -> JSONValue { try JSONValue(parsing: text, file: "t", dialect: .python) }
        #expect(
            try parse("[Infinity,-Infinity,1e999,-1]") == [
                .double(.infinity), .double(-.infinity), .double(.infinity), -1,
            ])
        guard case .double(let value) = try parse(" NaN ") else { Issue.record("no number"); return }
        #expect(value.isNaN)
        #expect(try parse("1000000000000000019884624838656") == .double(1e30))
        #expect(try parse(#""\ud800\u0041\udc00\ud83d\ude00\ud83d""#) == "\u{FFFD}A\u{FFFD}😀\u{FFFD}")
        for text in ["nan", "inf", "-NaN", "+Infinity", "Inf", "[1,]", "01", "'a'", "{a:1}"] {
            #expect(throws: FileError.self, "\(text)") { try parse(text) }
        }
    }

    @Test func objectsAreEdited() {
        var object = JSONObject()
        for index in 0 ..< 20 { object["k\(index)"] = JSONValue(index) }
        object["k3"] = nil
        object["k4"] = "four"
        object["none"] = nil
        #expect(object.count == 19)
        #expect(object["k3"] == nil && object["k4"] == "four" && object["k19"] == 19)
        for key in object.keys.dropFirst(2) { object[key] = nil }
        #expect(object.keys == ["k0", "k1"])
    }
}

@Suite struct JSONWritingTests {
    private let value: JSONValue = [
        "hidden_size": 64, "rope_theta": 1e6, "eps": 1e-06, "one": 1.0, "tie": true, "none": nil,
        "list": [1, 2.5, "x"], "empty": [], "object": [:],
    ]

    @Test func compact() {
        let expected =
            #"{"hidden_size":64,"rope_theta":1000000.0,"eps":1e-06,"one":1.0,"tie":true,"none":null,"#
            + #""list":[1,2.5,"x"],"empty":[],"object":{}}"#
        #expect(value.text() == expected)
    }

    @Test func pretty() {
        let value: JSONValue = ["a": [1, ["b": 2]], "c": [], "d": [:]]
        #expect(
            value.text(.pretty) == """
                {
                  "a": [
                    1,
                    {
                      "b": 2
                    }
                  ],
                  "c": [],
                  "d": {}
                }
                """)
    }

    @Test func escapes() {
        #expect(
            JSONValue.string("\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}é😀").text() == #""\"\\/\b\f\n\r\t\u0000\u001f"#
                + "\u{7f}é😀\"")
    }

    @Test func numbersComeBack() throws {
        var generator = SplitMix64(seed: 1)
        for _ in 0 ..< 2000 {
            let double = Double(bitPattern: generator.next())
            guard double.isFinite else { continue }
            let back = try JSONValue(parsing: JSONValue.double(double).text(), file: "t")
            guard case .double(let value) = back else { Issue.record("\(double) became \(back)"); continue }
            #expect(value.bitPattern == double.bitPattern)
        }
        #expect(JSONValue(Float(0.1)).text() == "0.1")
        #expect(JSONValue.double(.nan).text() == "null")
        #expect(JSONValue(-Float.infinity).text() == "null")
        #expect(JSONValue.int(.min).text() == "-9223372036854775808")
    }

    @Test func writesAFile() throws {
        let scratch = try Scratch()
        try value.write(to: scratch("config.json"))
        #expect(try JSONValue(contentsOf: scratch("config.json")) == value)
        #expect(scratch.text("config.json")?.hasSuffix("}\n") == true)
    }
}

@Suite struct JSONFieldsTests {
    private let config = try! JSONFields(
        [
            "n": 64, "x": 0.5, "s": "text", "b": true, "list": [1, 2], "names": ["a"], "null": nil,
            "rope": ["factor": 2, "type": "yarn"],
        ],
        file: "config.json")

    @Test func reads() throws {
        #expect(try config.int("n") == 64)
        #expect(try config.double("n") == 64)
        #expect(try config.double("x") == 0.5)
        #expect(try config.string("s") == "text")
        #expect(try config.bool("b"))
        #expect(try config.array("list").count == 2)
        #expect(try config.ints("list") == [1, 2])
        #expect(try config.strings("names") == ["a"])
        #expect(try config.fields("rope").double("factor") == 2)
        #expect(try config.intIfPresent("none") == nil)
        #expect(try config.stringIfPresent("null") == nil)
        #expect(config.has("n") && !config.has("null") && !config.has("none"))
    }

    @Test func refuses() throws {
        #expect(line { try config.int("x") } == #"config.json: field "x": expected an integer, found 0.5"#)
        #expect(
            line { try config.int("none") } == #"config.json: field "none": expected an integer, found no such field"#)
        #expect(line { try config.int("null") } == #"config.json: field "null": expected an integer, found null"#)
        #expect(line { try config.int("n", in: 1 ... 8) }.hasSuffix("expected an integer from 1 to 8, found 64"))
        #expect(line { try config.bool("s") }.hasSuffix(#"expected true or false, found "text""#))
        #expect(line { try config.intIfPresent("s") }.hasSuffix(#"expected an integer, found "text""#))
        #expect(line { try config.ints("names") }.contains("an array of integers"))
        #expect(line { try config.strings("list") }.contains("an array of strings"))
        #expect(
            line { try config.fields("rope").int("type") }
                == #"config.json: field "rope.type": expected an integer, found "yarn""#)
        #expect(line { try JSONFields([1], file: "c.json") } == "c.json: expected a JSON object, found an array")
        #expect(
            line { throw config.error("n", expected: "a multiple of 5") }.hasSuffix(
                "expected a multiple of 5, found 64"))
    }
}
