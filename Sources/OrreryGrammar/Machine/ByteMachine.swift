/// A language as a machine over bytes whose configurations are values: from each of them some accepted text can be
/// completed, so a byte that `next` takes never leads into a dead end.
protocol ByteMachine: AnyObject {
    associatedtype Configuration: Hashable

    var start: Configuration { get }

    /// The configuration after `byte`; nil where it is not allowed.
    func next(_ configuration: Configuration, _ byte: UInt8) -> Configuration?

    /// Whether the text so far is complete.
    func accepts(_ configuration: Configuration) -> Bool

    /// The bytes of the shortest way to a complete text.
    func rest(_ configuration: Configuration) -> Int

    /// A configuration that allows the same tokens, of at most `reach` bytes, and recurs more often.
    func representative(_ configuration: Configuration, reach: Int) -> Configuration

    /// Where every string of JSON can follow: how many code points at most.
    func freeString(_ configuration: Configuration) -> FreeString<Configuration>?

    /// How far a byte can lengthen the shortest way.
    var longestDetour: Int { get }
}

/// A place within a string of JSON that anything may follow.
struct FreeString<Configuration> {
    /// The most code points that may follow.
    var most: Int?
    /// The configuration behind the closing quote, after some text.
    var closed: ([UInt8]) -> Configuration?
    /// Whether the text does not matter to `closed`.
    var closesAlike: Bool
}

extension ByteMachine {
    func representative(_ configuration: Configuration, reach: Int) -> Configuration { configuration }
    func freeString(_ configuration: Configuration) -> FreeString<Configuration>? { nil }
}
