import Foundation

extension Human {
    /// A length of time with its two largest units: `0.34 ms`, `5.2 s`, `42 s`, `12 m 5 s`, `1 h 2 m`, `3 d 4 h`.
    ///
    /// - Parameter seconds: any value; what is not finite is written `?`.
    public static func duration(seconds: Double) -> String {
        guard seconds.isFinite else { return "?" }
        if seconds < 0 { return "-" + duration(seconds: -seconds) }
        if seconds == 0 { return "0 s" }
        if seconds < 0.9995 { return milliseconds(seconds * 1000) }
        if seconds < 9.95 { return fixed(seconds, decimals: 1) + " s" }
        return wholeDuration(seconds: seconds)
    }

    /// A length of time with its two largest units: `0.34 ms`, `5.2 s`, `12 m 5 s`.
    public static func duration(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return self.duration(seconds: Double(seconds) + Double(attoseconds) * 1e-18)
    }

    /// The same in whole seconds, for a display that is redrawn every tenth of one.
    public static func wholeDuration(seconds: Double) -> String {
        guard seconds.isFinite else { return "?" }
        guard abs(seconds) < 1e12 else { return fixed(seconds / 86_400, decimals: 0) + " d" }
        if seconds <= -0.5 { return "-" + wholeDuration(seconds: -seconds) }
        let total = Int(seconds.rounded())
        switch total {
        case ..<60: return "\(total) s"
        case ..<3600: return "\(total / 60) m \(total % 60) s"
        case ..<86_400: return "\(total / 3600) h \(total % 3600 / 60) m"
        default: return "\(total / 86_400) d \(total % 86_400 / 3600) h"
        }
    }

    private static func milliseconds(_ value: Double) -> String {
        fixed(value, decimals: value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2) + " ms"
    }
}
