import Foundation
import OrreryCommand
import OrreryFiles
import OrreryGeneration
import OrreryTemplates
import Testing

/// A conversation is what it was once it is read again, and a file that is none says why.
@Suite struct SavedChatTests {
    private var saved: SavedChat {
        var conversation = Conversation(system: "Be \"kind\".\n")
        conversation.add("Hi 日本", answer: "Hello\n\u{1B}[31m", isChat: true)
        conversation.add("And?", answer: "", isChat: true)
        conversation.answers = 7
        return SavedChat(model: "m.gguf", conversation: conversation, options: ["max_tokens": 9])
    }

    @Test func isTheSameAgain() throws {
        let scratch = try Scratch(), saved = saved
        try saved.write(to: scratch("talk.json"), overwrite: false)
        let loaded = try SavedChat(contentsOf: scratch("talk.json"))
        #expect(loaded.conversation == saved.conversation)
        #expect(loaded.model == saved.model && loaded.options == saved.options)
        var continued = Conversation()
        continued.add("sun", answer: " and moon", isChat: false)
        let text = SavedChat(model: "m", conversation: continued, options: [:])
        try text.write(to: scratch("text.json"), overwrite: false)
        #expect(try SavedChat(contentsOf: scratch("text.json")).conversation == continued)
    }

    @Test func replacesNothing() throws {
        let scratch = try Scratch()
        try scratch.put("mine", at: "notes.txt")
        let error = #expect(throws: FileError.self) { try saved.write(to: scratch("notes.txt"), overwrite: false) }
        #expect("\(error!)".contains("notes.txt") && "\(error!)".contains("--overwrite"))
        #expect(try scratch.content("notes.txt").text == "mine")
        try saved.write(to: scratch("notes.txt"), overwrite: true)
        #expect(try SavedChat(contentsOf: scratch("notes.txt")).model == "m.gguf")
    }

    @Test(arguments: [
        ("", "talk.json"), ("[]", "expected a JSON object, found an array"), ("{}", "`format`"),
        (#"{"format": "x"}"#, "orrery chat"), (#"{"format": "orrery chat", "version": 2}"#, "version"),
        (#"{"format": "orrery chat", "version": 1}"#, "model"),
        (#"{"format": "orrery chat", "version": 1, "model": "m", "system": 3}"#, "system"),
        (#"{"format": "orrery chat", "version": 1, "model": "m"}"#, "messages"),
        (
            #"{"format": "orrery chat", "version": 1, "model": "m", "messages": [{"role": "user", "content": "x"}]}"#,
            "an answer after each message"
        ),
        (
            #"{"format": "orrery chat", "version": 1, "model": "m", "messages": [{"role": "user", "content": "x"}, {"role": "user", "content": "x"}]}"#,
            "messages[1].role"
        ),
        (
            #"{"format": "orrery chat", "version": 1, "model": "m", "messages": [{"role": "user"}, {"role": "assistant", "content": "x"}]}"#,
            "messages[0].content"
        ),
        (#"{"format": "orrery chat", "version": 1, "model": "m", "messages": [], "answers": -1}"#, "answers"),
        (
            #"{"format": "orrery chat", "version": 1, "model": "m", "messages": [], "answers": 1, "options": []}"#,
            "options"
        ),
    ]) func whatIsWrong(_ text: String, _ expected: String) throws {
        let scratch = try Scratch()
        try scratch.put(text, at: "talk.json")
        let error = #expect(throws: FileError.self) { _ = try SavedChat(contentsOf: scratch("talk.json")) }
        #expect("\(error!)".contains("talk.json"), "\(error!)")
        #expect("\(error!)".contains(expected.replacing("`", with: "")), "\(error!)")
    }

    /// Whatever of a file is cut, but for the newline at its end, is an error; bytes that changed are one or a conversation.
    @Test func anyDamage() throws {
        let scratch = try Scratch()
        try saved.write(to: scratch("talk.json"), overwrite: false)
        let bytes = try scratch.content("talk.json").bytes
        for index in stride(from: 0, to: bytes.count - 1, by: 3) {
            try scratch.put(Array(bytes[..<index]), at: "cut.json")
            #expect(throws: FileError.self) { _ = try SavedChat(contentsOf: scratch("cut.json")) }
            var changed = bytes
            changed[index] = UInt8(truncatingIfNeeded: index &* 37)
            try scratch.put(changed, at: "changed.json")
            _ = try? SavedChat(contentsOf: scratch("changed.json"))
        }
    }

    @Test(
        arguments: [
            ("talk.json", nil, "talk.json", false), ("talk.json", "talk.json", "talk.json", true),
            ("--overwrite talk.json", nil, "talk.json", true), ("--overwrite", "a.json", "a.json", true),
            (nil, "a.json", "a.json", true), ("a b.json ", nil, "a b.json", false),
            ("~/a.json", nil, "/home/me/a.json", false),
            ("--overwritten", nil, "--overwritten", false),
        ] as [(String?, String?, String, Bool)]) func places(
            _ text: String?, _ last: String?, _ path: String, _ overwrites: Bool
        )
    {
        let place = SavePlace(text, last: last, home: "/home/me")
        #expect(place?.path == path)
        #expect(place?.overwrites == overwrites)
    }

    @Test func noPlace() { #expect(SavePlace(nil, last: nil, home: nil) == nil) }
}
