import OrreryFiles

/// Keys and who holds them, from a file: a line for each, with the key, a name, and limits.
///
/// ```
/// # key      name   limits
/// sk-abc     alice  rate=60 concurrency=4 tokens=100000 priority=1
/// sk-def     bob
/// ```
struct KeyFile: Sendable {
    let clients: [(key: [UInt8], client: Client)]

    /// - Throws: an error that names the line and what was expected.
    init(path: String) throws {
        let text = String(decoding: try WholeFile.read(path, limit: 1 << 22), as: UTF8.self)
        try self.init(text, file: path)
    }

    init(_ text: String, file: String) throws {
        var clients: [(key: [UInt8], client: Client)] = [], names: Set<String> = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let key = words.first, !key.hasPrefix("#") else { continue }
            func failure(_ problem: String) -> FileError {
                FileError.request(
                    "\(file), line \(number + 1)", problem,
                    advice: "write KEY NAME [rate=N] [concurrency=N] [tokens=N] [priority=N]")
            }
            guard words.count >= 2, !words[1].contains("=") else { throw failure("has no name after the key") }
            guard names.insert(words[1]).inserted else { throw failure("names \(words[1]) for a second time") }
            if clients.contains(where: { $0.key == Array(key.utf8) }) { throw failure("has a key that stands above") }
            var limits = Client.Limits()
            for word in words.dropFirst(2) {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2, let value = Int(parts[1]), value >= 0 || parts[0] == "priority" else {
                    throw failure("has \(word)")
                }
                switch parts[0] {
                case "rate": limits.requestsPerMinute = value
                case "concurrency": limits.concurrency = value
                case "tokens": limits.tokensPerDay = value
                case "priority": limits.priority = value
                default: throw failure("has \(word)")
                }
            }
            clients.append((Array(key.utf8), Client(name: words[1], limits: limits)))
        }
        if clients.isEmpty { throw FileError.request(file, "has no keys", advice: "write KEY NAME on a line") }
        self.clients = clients
    }

    /// Who holds a key. The time does not tell how much of a wrong key is right.
    func client(forKey given: String) -> Client? {
        let given = Array(given.utf8)
        var found: Client?
        for (key, client) in clients where Self.isEqual(key, given) { found = client }
        return found
    }

    private static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        var difference = UInt(bitPattern: a.count ^ b.count)
        for index in a.indices { difference |= UInt(a[index] ^ (index < b.count ? b[index] : 0)) }
        return difference == 0
    }
}
