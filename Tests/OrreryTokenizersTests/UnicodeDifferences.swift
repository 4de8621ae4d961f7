import Foundation
import Testing

/// Our half of `scripts/generate/list_unicode_differences.py`, which says where in `ORRERY_UNICODE`: writes the class of each
/// code point by Foundation's regular expressions, a byte each.
private let file = ProcessInfo.processInfo.environment["ORRERY_UNICODE"].map { URL(fileURLWithPath: $0) }

@Suite(.enabled(if: file != nil, "run by scripts/generate/list_unicode_differences.py"))
struct UnicodeDifferences {
    @Test func classesOfFoundation() throws {
        var classes = [UInt8](repeating: UInt8(ascii: "-"), count: 0x110000)
        for name in ["L", "M", "N", "P", "S", "Z"] {
            let expression = try NSRegularExpression(pattern: "\\p{\(name)}")
            for start in stride(from: 0, to: 0x110000, by: 0x1000) where !(0xD800 ..< 0xE000).contains(start) {
                let scalars = (start ..< start + 0x1000).compactMap { Unicode.Scalar(UInt32($0)) }
                let text = String(String.UnicodeScalarView(scalars))
                let width = start > 0xFFFF ? 2 : 1
                for match in expression.matches(in: text, range: NSRange(location: 0, length: text.utf16.count)) {
                    classes[Int(scalars[match.range.location / width].value)] = name.utf8.first!
                }
            }
        }
        try Data(classes).write(to: file!)
    }
}
