import Foundation
import HubTestSupport
import OrreryClient
import OrreryFiles
import Synchronization
import Testing

/// What a chat with a server reads of its answers, and says of its errors.
@Suite struct ChatServerTests {
    private static let stream = ["Content-Type": "text/event-stream"]

    private static func event(_ text: String, finish: String? = nil) -> String {
        let reason = finish.map { "\"\($0)\"" } ?? "null"
        return #"data: {"model": "m", "choices": [{"delta": {"content": "\#(text)"}, "finish_reason": \#(reason)}]}"#
            + "\n\n"
    }

    private func answer(
        _ reply: Reply, key: String? = nil
    ) throws -> (parts: [CompletionStream.Part], stream: CompletionStream?, error: (any Error)?, request: Request?) {
        let server = try LocalServer { _ in reply }
        defer { server.close() }
        var parts: [CompletionStream.Part] = [], stream: CompletionStream?
        do {
            let begun = try ChatServer(server.address, key: key).complete(["model": "m"], isCancelled: { false })
            stream = begun
            while let part = try begun.read() { parts.append(part) }
        } catch { return (parts, stream, error, server.requests.first) }
        return (parts, stream, nil, server.requests.first)
    }

    private func reply(_ text: String, breaksAfter: Int? = nil) -> Reply {
        var reply = Reply(headers: Self.stream, body: Array(text.utf8))
        if let breaksAfter {
            reply.announced = text.utf8.count
            reply.breaksAfter = breaksAfter
        } else {
            reply.announced = -1
        }
        return reply
    }

    @Test func readsAnAnswer() throws {
        let usage =
            #"data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}}"#
        let text =
            ": ping\n\n" + Self.event("Hel") + Self.event("lo é") + Self.event("", finish: "stop") + usage
            + "\n\ndata: [DONE]\n\n"
        let (parts, stream, error, request) = try answer(reply(text), key: "sk-1")
        #expect(error == nil)
        #expect(parts == [.text("Hel"), .text("lo é")])
        let used = stream?.usage
        #expect(used?.promptTokens == 9 && used?.cachedTokens == 4 && used?.completionTokens == 2)
        #expect(stream?.finishReason == "stop")
        #expect(request?.target == "/v1/chat/completions")
        #expect(request?.headers["authorization"] == "Bearer sk-1")
        let body = try JSONValue(parsing: String(decoding: request?.body ?? [], as: UTF8.self), file: "request")
        #expect(body["stream"] == true)
        #expect(body["stream_options"]?["include_usage"] == true)
    }

    /// Each part is there before the server sends the next: the server waits for that.
    @Test func partsComeOneByOne() throws {
        // At 0, since one that ends below its first value traps.
        let read = DispatchSemaphore(value: 0), sent = Mutex(0), total = 20
        read.signal()
        let server = try LocalServer { _ in
            var reply = Reply(headers: Self.stream)
            reply.announced = -1
            reply.more = {
                guard read.wait(timeout: .now() + 60) == .success else { return nil }
                let number = sent.withLock { sent in
                    sent += 1
                    return sent
                }
                if number > total { return nil }
                return Array(Self.event("\(number) ", finish: number == total ? "stop" : nil).utf8)
            }
            return reply
        }
        defer { server.close() }
        let stream = try ChatServer(server.address).complete([:], isCancelled: { false })
        var count = 0
        while let part = try stream.read() {
            count += 1
            #expect(part == .text("\(count) "))
            #expect(sent.withLock { $0 } == count)
            read.signal()
        }
        #expect(count == total)
    }

    /// What came before the connection broke is there, and then the error.
    @Test func aBrokenConnection() throws {
        let text = Self.event("one") + Self.event("two") + Self.event("three", finish: "stop")
        let whole = Self.event("one").utf8.count
        for broken in [reply(text, breaksAfter: whole + 10), reply(Self.event("one"))] {
            let (parts, _, error, _) = try answer(broken)
            #expect(parts == [.text("one")])
            #expect((error as? ChatServerError)?.kind == .broken, "\(error as Any)")
        }
    }

    @Test func anErrorInTheMiddle() throws {
        let text = Self.event("one") + #"data: {"error": {"message": "out of memory", "code": 500}}"# + "\n\n"
        let (parts, _, error, _) = try answer(reply(text))
        #expect(parts == [.text("one")])
        #expect("\(error!)" == "the server says: out of memory")
    }

    @Test(arguments: [
        (
            400, #"{"error": {"message": "messages: expected an array", "type": "invalid_request_error"}}"#,
            "the server refuses (400): messages: expected an array"
        ),
        (404, #"{"error": "model 'x' not found"}"#, "the server refuses (404): model 'x' not found"),
        (422, #"{"detail": "wrong"}"#, "the server refuses (422): wrong"),
        (500, "Internal Server Error\nmore", "the server refuses (500): Internal Server Error"),
        (404, "<html><body>nginx</body></html>", "is http://127.0.0.1:"),
        (502, "", "is http://127.0.0.1:"),
    ]) func refusals(_ status: Int, _ body: String, _ expected: String) throws {
        let (_, _, error, _) = try answer(Reply(status: status, body: Array(body.utf8)))
        #expect((error as? ChatServerError)?.kind == .refused(status: status))
        #expect("\(error!)".contains(expected), "\(error!)")
    }

    @Test func redirectsAreNotFollowed() throws {
        let (_, _, error, _) = try answer(
            Reply(status: 308, headers: ["Location": "https://elsewhere.example/v1"]), key: "k")
        #expect("\(error!)".contains("https://elsewhere.example/v1; give that address"))
    }

    /// A server that knows no streams.
    @Test func aWholeAnswer() throws {
        let body =
            #"{"choices": [{"message": {"content": "Hi", "reasoning_content": "hm"}, "finish_reason": "stop"}], "usage": {"completion_tokens": 1}}"#
        let (parts, stream, error, _) = try answer(
            Reply(headers: ["Content-Type": "application/json; charset=utf-8"], body: Array(body.utf8)))
        #expect(error == nil)
        #expect(parts == [.reasoning("hm"), .text("Hi")])
        #expect(stream?.usage.completionTokens == 1)
    }

    @Test func somethingElse() throws {
        for text in ["data: {\"choices\n\n", "data: nothing\n\n"] {
            let (parts, _, error, _) = try answer(reply(text))
            #expect(parts.isEmpty)
            #expect((error as? ChatServerError)?.kind == .format, "\(error as Any)")
        }
    }

    @Test func cancellation() throws {
        var endless = reply(Self.event("one"))
        endless.stalls = true
        let server = try LocalServer { [endless] _ in endless }
        defer { server.close() }
        let isCancelled = Mutex(false)
        let stream = try ChatServer(server.address).complete([:], isCancelled: { isCancelled.withLock { $0 } })
        #expect(try stream.read() == .text("one"))
        isCancelled.withLock { $0 = true }
        #expect(throws: CancellationError.self) { _ = try stream.read() }
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"), ("http://h:1/", "http://h:1/v1"),
        ("https://h/api/v1/", "https://h/api/v1"), ("http://h/v1/chat/completions", "http://h/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
    ]) func addresses(_ text: String, _ base: String) throws {
        #expect(try ChatServer(text).base == base)
    }

    @Test(arguments: ["http://", "http://user:secret@h", "http://h?x=1", "http://h#x", "ftp://h", "http:// h"])
    func noAddress(_ text: String) {
        #expect(throws: ChatServerError.self) { _ = try ChatServer(text) }
    }

    @Test func models() throws {
        let body =
            #"{"data": [{"id": "a", "meta": {"n_ctx": 512}}, {"id": "b", "max_model_len": 4096}, {"id": "c"}, {"x": 1}]}"#
        let server = try LocalServer { _ in Reply(body: Array(body.utf8)) }
        defer { server.close() }
        let models = try ChatServer(server.address).models()
        #expect(models.map(\.name) == ["a", "b", "c"])
        #expect(models.map(\.contextLength) == [512, 4096, nil])
    }
}
