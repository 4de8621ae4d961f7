import AsyncAlgorithms
import Hummingbird
import NIOCore
import OrreryFiles

/// Server-sent events (HTML Living Standard, 9.2) to one client.
struct EventWriter {
    private var writer: any ResponseBodyWriter

    init(_ writer: any ResponseBodyWriter) { self.writer = writer }

    /// An event with JSON data, and a name where the API gives its events one.
    mutating func send(_ value: JSONValue, event: String? = nil) async throws {
        let name = event.map { "event: \($0)\n" } ?? ""
        try await writer.write(ByteBuffer(string: "\(name)data: \(value.text())\n\n"))
    }

    /// The end of OpenAI's streams.
    mutating func sendDone() async throws { try await writer.write(ByteBuffer(string: "data: [DONE]\n\n")) }

    /// A comment, which keeps the connection open and shows whether somebody still reads.
    mutating func ping() async throws { try await writer.write(ByteBuffer(string: ": ping\n\n")) }

    mutating func finish() async throws { try await writer.finish(nil) }
}

extension Response {
    /// A stream of events: `body` gets a writer, and is cancelled when the client goes.
    static func events(
        to request: Request,
        errors: @escaping @Sendable (APIError) -> (event: String?, data: JSONValue) = { (nil, $0.json) },
        _ body: @escaping @Sendable (inout EventWriter) async throws -> Void
    ) -> Response {
        let headers: HTTPFields = [
            .contentType: "text/event-stream", .cacheControl: "no-cache", .init("X-Accel-Buffering")!: "no",
        ]
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                nonisolated(unsafe) let out = writer  // used by this stream alone
                try await request.body.consumeWithCancellationOnInboundClose { _ in
                    var events = EventWriter(out)
                    do { try await body(&events) } catch is CancellationError {
                        throw CancellationError()
                    } catch {
                        // The status has been sent: the error is an event of its own.
                        let (event, data) = errors(APIError(error))
                        try await events.send(data, event: event)
                    }
                    try await events.finish()
                }
            })
    }
}

/// What happens in a stream, and the moments at which nothing has.
enum Pinged<Event: Sendable>: Sendable {
    case event(Event)
    case ping

    /// The events with a ping every so many seconds. It ends for a reader that leaves at its last event.
    static func stream<Events: AsyncSequence & Sendable>(
        _ events: Events, every interval: Duration
    ) -> some AsyncSequence<Pinged<Event>, any Error> where Events.Element == Event {
        let pings = AsyncTimerSequence(interval: interval, clock: .continuous).map { _ in Pinged.ping }
        return merge(events.map(Pinged.event), pings)
    }
}
