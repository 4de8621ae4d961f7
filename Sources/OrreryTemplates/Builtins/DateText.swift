import Foundation

/// `strftime_now`: the date and time of this machine, in the words of its locale-free C library.
enum DateText {
    /// - Parameter seconds: since 1970.
    static func format(_ format: Text, seconds: Double, _ meter: Meter) throws -> [UInt8] {
        if format.isEmpty { return [] }
        var time = time_t(seconds.rounded(.down))
        var parts = tm()
        guard localtime_r(&time, &parts) != nil else { throw Failure.runtime("the date is out of range") }
        let microseconds = Int((seconds - seconds.rounded(.down)) * 1e6)
        let pattern = expand(format, microseconds: String(format: "%06d", microseconds))
        guard !pattern.dropLast().contains(0) else { throw Failure.runtime("embedded null character") }
        // A conversion gives a few dozen bytes at most; a width such as %1000000d could give any number, and then there
        // is no room.
        let capacity = pattern.count * 40 + 256
        try meter.allow(capacity)
        var buffer = [CChar](repeating: 0, count: capacity)
        let count = pattern.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { strftime(&buffer, capacity, $0.baseAddress!, &parts) }
        }
        return buffer[..<count].map(UInt8.init(bitPattern:))
    }

    /// What Python handles before C: %f, and %z and %Z, which are empty for a time without a zone. Ends with a zero.
    private static func expand(_ format: Text, microseconds: String) -> [UInt8] {
        var (pattern, index) = ([UInt8](), 0)
        let bytes = format.utf8
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%"), index + 1 < bytes.count else {
                pattern.append(bytes[index])
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "f"): pattern += microseconds.utf8
            case UInt8(ascii: "z"), UInt8(ascii: "Z"): break
            default: pattern += bytes[index ... index + 1]
            }
            index += 2
        }
        return pattern + [0]
    }
}
