/// An expression. `at` is its byte in the source, for messages; `occurrence` numbers each mention of a name, for
/// `Scopes`.
indirect enum Expression: Sendable {
    case constant(Literal)
    case name(String, occurrence: Int)
    case tuple([Expression])
    case list([Expression])
    case dictionary([(key: Expression, value: Expression)])
    case conditional(test: Expression, Expression, else: Expression?, at: Int)
    case and(Expression, Expression)
    case or(Expression, Expression)
    case not(Expression)
    case compare(Expression, [(comparison: Comparison, Expression)], at: Int)
    case binary(BinaryOperator, Expression, Expression, at: Int)
    case unary(UnaryOperator, Expression, at: Int)
    case concatenation([Expression])
    case attribute(Expression, String, at: Int)
    case item(Expression, Expression, at: Int)
    case slice(Expression, start: Expression?, stop: Expression?, step: Expression?, at: Int)
    case call(Expression, Arguments, at: Int)
    /// nil stands for the text of the block that is filtered.
    case filter(Expression?, String, Arguments, at: Int)
    case test(Expression, String, Arguments, at: Int)
}

enum Literal: Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case float(Double)
    case text(Text)
}

/// `f(a, name=b, *c, **d)`.
struct Arguments: Sendable {
    var positional: [Expression] = []
    var named: [(name: String, value: Expression)] = []
    var rest: Expression?
    var namedRest: Expression?
}

enum Comparison: String {
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    case isIn = "in", notIn = "not in"
}

enum BinaryOperator: String {
    case add = "+", subtract = "-", multiply = "*", divide = "/", floorDivide = "//", modulo = "%", power = "**"
}

enum UnaryOperator: String {
    case plus = "+", minus = "-"
}

/// What can stand left of `=` or after `for`.
indirect enum Target: Sendable {
    case name(String, occurrence: Int)
    case attribute(namespace: String, occurrence: Int, name: String, at: Int)
    case tuple([Target], at: Int)
}
