import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What a client asked.
package struct Request: Sendable {
    package let method: String
    /// With the query.
    package let target: String
    /// By their names in lower case.
    package let headers: [String: String]
    package var body: [UInt8] = []

    /// The path without the query, with escapes resolved.
    package var path: String {
        let path = target.split(separator: "?", maxSplits: 1).first.map(String.init) ?? ""
        return path.removingPercentEncoding ?? path
    }

    /// The first byte of a `Range: bytes=N-M`, and the one after the last where it is named.
    package var range: (start: Int, end: Int?)? {
        guard let match = headers["range"]?.wholeMatch(of: /bytes=([0-9]+)-([0-9]*)/), let start = Int(match.1) else {
            return nil
        }
        return (start, Int(match.2).map { $0 + 1 })
    }
}

/// What a server answers, and how it misbehaves.
package struct Reply: Sendable {
    package var status = 200
    package var headers: [String: String] = [:]
    package var body: [UInt8] = []
    /// The Content-Length where it is a lie; nil means the truth, negative means none at all.
    package var announced: Int?
    /// Breaks the connection after so many bytes of the body.
    package var breaksAfter: Int?
    /// Says nothing more after that, until the client closes the connection, instead of breaking it.
    package var stalls = false
    /// Further bytes of the body, asked for until it gives nil.
    package var more: (@Sendable () -> [UInt8]?)?

    package init(status: Int = 200, headers: [String: String] = [:], body: [UInt8] = []) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }
}

/// An HTTP server on a free port of this machine, a thread for each connection and a connection for each request.
package final class LocalServer: Sendable {
    package let port: Int
    private let socket: CInt
    private let log = Mutex<[Request]>([])
    private let isClosed = Atomic(false)

    /// Every request so far.
    package var requests: [Request] { log.withLock { $0 } }
    package var address: String { "http://127.0.0.1:\(port)" }

    package init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
        #if canImport(Darwin)
        let kind = SOCK_STREAM
        #else
        let kind = CInt(SOCK_STREAM.rawValue)
        #endif
        let socket = makeSocket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bindSocket(socket, $0, size) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        guard isBound, startListening(socket, 64) == 0 else { throw POSIXError(.EADDRINUSE) }
        (self.socket, port) = (socket, Int(UInt16(bigEndian: address.sin_port)))
        Thread.detachNewThread { [self] in
            while true {
                let client = acceptConnection(socket, nil, nil)
                if client < 0 { return closeSocket(socket) }
                Thread.detachNewThread { [self] in
                    if let request = Connection(client).read() {
                        log.withLock { $0.append(request) }
                        Connection(client).send(answer(request), to: request)
                    }
                    closeSocket(client)
                }
            }
        }
    }

    package func close() {
        if isClosed.exchange(true, ordering: .relaxed) { return }
        // The thread that accepts closes it: its number may be another socket's at once.
        shutdownSocket(socket, CInt(SHUT_RDWR))
    }
}

private struct Connection {
    let socket: CInt

    init(_ socket: CInt) { self.socket = socket }

    func read() -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        func readMore() -> Bool {
            let count = receive(socket, &buffer, buffer.count, 0)
            guard count > 0, bytes.count < 1 << 24 else { return false }
            bytes += buffer[..<count]
            return true
        }
        while bytes.firstRange(of: Array("\r\n\r\n".utf8)) == nil { guard readMore() else { return nil } }
        let head = bytes.firstRange(of: Array("\r\n\r\n".utf8))!
        let text = String(decoding: bytes[..<head.lowerBound], as: UTF8.self)
        let lines = text.components(separatedBy: "\r\n"), words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count - head.upperBound < length { guard readMore() else { return nil } }
        return Request(
            method: String(words[0]), target: String(words[1]), headers: headers,
            body: Array(bytes[head.upperBound...]))
    }

    func send(_ reply: Reply, to request: Request) {
        let length = reply.announced ?? reply.body.count
        var head = "HTTP/1.1 \(reply.status) Status\r\nConnection: close\r\n"
        if length >= 0 { head += "Content-Length: \(length)\r\n" }
        for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
        write(Array((head + "\r\n").utf8))
        guard request.method != "HEAD" else { return }
        write(Array(reply.body.prefix(reply.breaksAfter ?? .max)))
        while let bytes = reply.more?() { write(bytes) }
        if reply.stalls { waitForClose() }
    }

    /// Returns once the client has closed the connection, whenever that is: a test on a busy machine takes its time.
    private func waitForClose() {
        var byte: UInt8 = 0
        while receive(socket, &byte, 1, 0) > 0 {}
    }

    private func write(_ bytes: [UInt8]) {
        #if canImport(Darwin)
        let flags: CInt = 0
        #else
        let flags = CInt(MSG_NOSIGNAL)
        #endif
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { transmit(socket, $0.baseAddress! + sent, bytes.count - sent, flags) }
            guard count > 0 else { return }
            sent += count
        }
    }
}

// Free functions, because the methods above hide the system's names.
private func makeSocket(_ domain: CInt, _ kind: CInt, _ protocolNumber: CInt) -> CInt {
    socket(domain, kind, protocolNumber)
}
private func bindSocket(_ raw: CInt, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> CInt {
    bind(raw, address, size)
}
private func startListening(_ raw: CInt, _ backlog: CInt) -> CInt { listen(raw, backlog) }
private func acceptConnection(
    _ raw: CInt, _ address: UnsafeMutablePointer<sockaddr>?, _ size: UnsafeMutablePointer<socklen_t>?
) -> CInt { accept(raw, address, size) }
private func receive(_ raw: CInt, _ buffer: UnsafeMutableRawPointer, _ count: Int, _ flags: CInt) -> Int {
    recv(raw, buffer, count, flags)
}
private func transmit(_ raw: CInt, _ buffer: UnsafeRawPointer, _ count: Int, _ flags: CInt) -> Int {
    send(raw, buffer, count, flags)
}
private func closeSocket(_ raw: CInt) { _ = close(raw) }
private func shutdownSocket(_ raw: CInt, _ how: CInt) { _ = shutdown(raw, how) }
