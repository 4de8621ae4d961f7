/// A regular expression, parsed.
indirect enum RegexNode: Hashable {
    case empty
    case set(ScalarSet)
    case sequence([RegexNode])
    case choice([RegexNode])
    case repeated(RegexNode, least: Int, most: Int?)
    case start
    case end
    /// What must follow here (or must not), which is supported where a pattern begins.
    case lookahead(RegexNode, isNegative: Bool)
}
