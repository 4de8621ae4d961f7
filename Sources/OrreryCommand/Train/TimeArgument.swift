import ArgumentParser
import OrreryTraining

/// A length of time as people write it: `90` or `90s`, `45m`, `2h30m`, `1d`, `1.5h`.
package struct TimeArgument {
    package let seconds: Double

    private static let units: [(name: Character, seconds: Double)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

    /// - Throws: `ValidationError` that says what was expected.
    static func read(_ argument: String) throws -> TimeArgument {
        guard let time = TimeArgument(argument) else {
            throw ValidationError("--time: expected 1 s to 100 days, as in 90, 45m, 2h30m or 1d; found \(argument)")
        }
        return time
    }

    package init?(_ argument: String) {
        var sum = 0.0, rest = argument.lowercased()[...], larger = Self.units[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            // A number alone is seconds; units go from the largest to the smallest.
            if rest.isEmpty, digits.count == argument.count {
                sum = number
                break
            }
            guard let unit = larger.firstIndex(where: { $0.name == rest.first }) else { return nil }
            sum += number * Self.units[unit].seconds
            rest = rest.dropFirst()
            larger = Self.units[(unit + 1)...]
        }
        guard (1 ... TimeBudget.longest).contains(sum) else { return nil }
        seconds = sum
    }
}
