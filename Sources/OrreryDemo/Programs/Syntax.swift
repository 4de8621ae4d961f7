/// The small part of Python that the programs of the corpus are written in.
package indirect enum Expression: Sendable {
    case number(Int)
    case text(String)
    case name(String)
    case list([Expression])
    case binary(Expression, Operator, Expression)
    /// len(numbers), total(3, 4)
    case call(String, [Expression])
    /// repo.find(user_id)
    case method(Expression, String, [Expression])
    /// user.name
    case field(Expression, String)
    /// numbers[i]
    case element(Expression, Expression)
}

package enum Operator: String, Sendable {
    case plus = "+", minus = "-", times = "*", quotient = "//", greater = ">", equal = "=="
}

package indirect enum Statement: Sendable {
    case assign(String, Expression)
    case expression(Expression)
    case print(Expression)
    case giveBack(Expression)
    case branch(Expression, then: [Statement], otherwise: [Statement])
    case loop(Expression, [Statement])
    /// for i in range(1, 4):
    case count(String, from: Int, to: Int, [Statement])
    /// for word in words:
    case each(String, in: Expression, [Statement])
    case define(String, [String], [Statement])
}

extension Expression: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    /// A literal string in Swift is a name in the program, which is what most expressions are made of.
    package init(stringLiteral name: String) { self = .name(name) }
    package init(integerLiteral number: Int) { self = .number(number) }
}
