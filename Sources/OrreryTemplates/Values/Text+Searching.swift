/// Searches work on bytes: in UTF-8 one string contains another exactly where its code points do.
enum ByteSearch {
    /// Where `needle` first starts in `bytes[from ..< to]`.
    static func first(_ needle: [UInt8], in bytes: [UInt8], from: Int, to: Int) -> Int? {
        guard let head = needle.first else { return from <= to ? from : nil }
        guard to - from >= needle.count else { return nil }
        return bytes.withUnsafeBufferPointer { bytes in
            needle.withUnsafeBufferPointer { needle in
                var start = from
                while start <= to - needle.count {
                    guard let at = bytes[start ..< (to - needle.count + 1)].firstIndex(of: head) else { return nil }
                    var length = 1
                    while length < needle.count, bytes[at + length] == needle[length] { length += 1 }
                    if length == needle.count { return at }
                    start = at + 1
                }
                return nil
            }
        }
    }

    /// Where `needle` last starts.
    static func last(_ needle: [UInt8], in bytes: [UInt8], from: Int, to: Int) -> Int? {
        guard to - from >= needle.count else { return nil }
        return stride(from: to - needle.count, through: from, by: -1).first {
            bytes[$0 ..< $0 + needle.count].elementsEqual(needle)
        }
    }

    /// Where `needle`, which is not empty, starts, without overlaps.
    static func all(_ needle: [UInt8], in bytes: [UInt8], from: Int = 0, to: Int, limit: Int = .max) -> [Int] {
        var found: [Int] = []
        var start = from
        while found.count < limit, let at = first(needle, in: bytes, from: start, to: to) {
            found.append(at)
            start = at + needle.count
        }
        return found
    }
}

extension Text {
    func contains(_ other: Text) -> Bool { ByteSearch.first(other.utf8, in: utf8, from: 0, to: utf8.count) != nil }
    func hasPrefix(_ other: Text) -> Bool { utf8.starts(with: other.utf8) }
    func hasSuffix(_ other: Text) -> Bool { utf8.suffix(other.utf8.count).elementsEqual(other.utf8) }

    /// Python's `replace`: an empty `old` stands before each code point and at the end.
    /// - Parameter limit: how many to replace; negative for all.
    func replacing(_ old: Text, with new: Text, limit: Int, _ meter: Meter) throws -> [UInt8] {
        let most = limit < 0 ? Int.max : limit
        let places = old.isEmpty ? emptyPlaces(most) : ByteSearch.all(old.utf8, in: utf8, to: utf8.count, limit: most)
        let (growth, overflow) = places.count.multipliedReportingOverflow(by: max(0, new.utf8.count - old.utf8.count))
        try meter.allow(utf8.count + min(growth, 1 << 40), overflow)
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count + growth)
        var start = 0
        for place in places {
            result += utf8[start ..< place]
            result += new.utf8
            start = place + old.utf8.count
        }
        return result + utf8[start...]
    }

    private func emptyPlaces(_ limit: Int) -> [Int] {
        var places: [Int] = []
        for offset in 0 ... utf8.count where offset == utf8.count || utf8[offset] & 0xC0 != 0x80 {
            if places.count == limit { break }
            places.append(offset)
        }
        return places
    }
}
