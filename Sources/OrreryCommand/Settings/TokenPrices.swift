import ArgumentParser
import OrreryServer

/// The prices of a million tokens as a command line gives them: of prompts, of prompts from the cache, of answers.
struct TokenPrices: ExpressibleByArgument, CustomStringConvertible {
    let prices: Prices
    let description: String

    init?(argument: String) {
        description = argument
        let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
        let valid = numbers.compactMap { $0 }.filter { $0 >= 0 && $0.isFinite }
        guard valid.count == 3, numbers.count == 3 else { return nil }
        prices = Prices(prompt: valid[0], cached: valid[1], completion: valid[2])
    }
}
