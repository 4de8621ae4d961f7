import Hummingbird
import NIOCore
import OrreryFiles

/// Lines of JSON to one client (NDJSON), as ollama's API streams.
struct LineWriter {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    mutating func send(_ value: JSONValue) async throws {
        try await writer.write(ByteBuffer(string: value.text() + "\n"))
    }

    mutating func finish() async throws { try await writer.finish(nil) }
}

extension Response {
    private static let lineHeaders: HTTPFields = [
        .contentType: "application/x-ndjson", .cacheControl: "no-cache", .init("X-Accel-Buffering")!: "no",
    ]

    /// A stream of lines: `body` gets a writer, and is cancelled when the client goes.
    static func lines(
        to request: Request, _ body: @escaping @Sendable (inout LineWriter) async throws -> Void
    ) -> Response {
        Response(
            status: .ok, headers: lineHeaders,
            body: ResponseBody { writer in
                nonisolated(unsafe) let out = writer  // used by this stream alone
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    var lines = LineWriter(out)
                    do { try await body(&lines) } catch is CancellationError {
                        throw CancellationError()
                    } catch {
                        // The status has been sent: the error is a line of its own.
                        try await lines.send(APIError(error).ollamaJSON)
                    }
                    try await lines.finish()
                }
            })
    }

    /// A stream of one line.
    static func line(_ value: JSONValue) -> Response {
        Response(
            status: .ok, headers: lineHeaders,
            body: ResponseBody(byteBuffer: ByteBuffer(string: value.text() + "\n")))
    }
}
