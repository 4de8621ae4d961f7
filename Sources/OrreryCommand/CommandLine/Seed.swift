import ArgumentParser
import OrreryGeneration

/// `--seed`: a number, or -1 for one that nobody chose.
struct Seed: ExpressibleByArgument, CustomStringConvertible {
    let value: UInt64
    /// Whether nobody chose it.
    let isDrawn: Bool

    /// One draw for the whole process.
    static let random = Seed(value: SamplingOptions.drawnSeed(), isDrawn: true)

    private init(value: UInt64, isDrawn: Bool) { (self.value, self.isDrawn) = (value, isDrawn) }

    init?(argument: String) {
        if argument == "-1" {
            self = .random
        } else if let value = UInt64(argument) {
            self.init(value: value, isDrawn: false)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String { description }
    var description: String { isDrawn ? "random" : String(value) }
}
