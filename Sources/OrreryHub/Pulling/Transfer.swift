import Foundation
import OrreryFiles
import OrreryHTTP

/// The bytes of one content from a server into a file.
struct Transfer {
    let client: HubClient
    let url: URL
    let subject: String
    /// nil where the hub does not say.
    let size: Int?
    let digest: ContentDigest
    /// Where the content goes.
    let blob: String
    let report: (Int) -> Void

    /// Bytes that make an attempt count as one that brought something.
    private static let progress = 1 << 16

    func run() throws {
        let partial = try PartialFile(blob + ".incomplete", digest, client.watch)
        report(partial.count)
        try fetch(partial)
        if partial.isContinued, partial.difference != nil {
            // The damage may be older than this process.
            client.watch.warn("\(subject): what was there of it is damaged; downloading all of it again")
            try partial.restart()
            try fetch(partial)
        }
        if let difference = partial.difference {
            try partial.restart()
            throw HubError.damaged(subject, "\(difference); what arrived has been discarded, try again or tell the hub")
        }
        try partial.finish(at: blob)
    }

    /// Brings the file to its size, over as many requests and broken connections as it takes.
    private func fetch(_ partial: PartialFile) throws {
        var before = partial.count
        try client.watch.retrying(client.settings.retries) {
            defer { before = partial.count }
            return partial.count >= before + Self.progress
        } _: {
            if let size, partial.count > size { try partial.restart() }
            while partial.count != size {
                if try piece(partial) { break }
            }
        }
    }

    /// Asks for the next bytes, and stores them.
    ///
    /// - Returns: whether that was all, where the size is not known.
    private func piece(_ partial: PartialFile) throws -> Bool {
        let start = partial.count
        let end = size.map { min($0, start.addingReportingOverflow(client.settings.pieceSize).partialValue) }
        let isPart = start > 0 || end != size
        let exchange: HTTPExchange
        do {
            exchange = try client.send(
                .get, url, about: subject,
                headers: isPart ? [("Range", "bytes=\(start)-\(end.map { "\($0 - 1)" } ?? "")")] : [], .everywhere)
        } catch let error as HubError where error.code == .status(416) && start > 0 {
            // What is here is not a beginning of what the server has.
            try partial.restart()
            report(0)
            return false
        }
        let expected: Int?
        switch exchange.status {
        case 206 where isPart:
            try ContentRange(exchange, subject).require(start: start, end: end, size: size)
            expected = end.map { $0 - start }
        case 200:
            if start > 0 { try beginAgain(partial) }
            expected = size
        default: throw HubError.response(subject, "the server answers with status \(exchange.status) to a download")
        }
        try store(exchange, expected, partial)
        return size == nil
    }

    /// The server ignored the range and sends everything.
    private func beginAgain(_ partial: PartialFile) throws {
        client.watch.warn("\(subject): the server does not continue downloads; beginning again")
        try partial.restart()
        report(0)
    }

    private func store(_ exchange: HTTPExchange, _ expected: Int?, _ partial: PartialFile) throws {
        if let expected, let announced = exchange.count("Content-Length"), announced != expected,
            exchange.header("Content-Encoding") == nil
        {
            exchange.cancel()
            throw HubError.damaged(subject, "the server announces \(announced) bytes, expected \(expected)")
        }
        var received = 0
        do {
            while let data = try exchange.next() {
                received += data.count
                if let expected, received > expected {
                    exchange.cancel()
                    try partial.restart()
                    throw HubError.damaged(subject, "the server sends more than the \(expected) bytes expected")
                }
                try partial.append(data)
                report(partial.count)
            }
        } catch let failure as HTTPFailure { throw HubError.network(subject, failure) }
        if let expected, received < expected {
            throw HubError(
                .network, subject, "the connection ended after \(received) of \(expected) bytes")
        }
    }
}

/// The header by which a server says which bytes it sends (RFC 9110, section 14.4): `bytes 0-99/1000`.
private struct ContentRange {
    let text: String
    let subject: String

    init(_ exchange: HTTPExchange, _ subject: String) {
        (text, self.subject) = (exchange.header("Content-Range") ?? "", subject)
    }

    /// - Throws: `HubError` where these are not the bytes that were asked for.
    func require(start: Int, end: Int?, size: Int?) throws {
        guard let match = text.wholeMatch(of: /bytes +([0-9]+)-([0-9]+)\/([0-9]+|\*)/), Int(match.1) == start,
            end == nil || Int(match.2) == end.map({ $0 - 1 }),
            size == nil || match.3 == "*" || Int(match.3) == size
        else {
            throw HubError.damaged(
                subject,
                "the server sends other bytes than were asked for: expected \(start)-\(end.map { "\($0 - 1)" } ?? "") of \(size.map(String.init) ?? "all"), found \(FileError.quoted(text))"
            )
        }
    }
}
