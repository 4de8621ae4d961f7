/// A statement. `frame` numbers its scope, for `Scopes`.
indirect enum Statement: Sendable {
    case text(Text)
    case output(Expression, at: Int)
    case `if`([(test: Expression, body: [Statement])], else: [Statement], at: Int)
    case `for`(Loop)
    case set(Target, Expression, at: Int)
    /// `{% set name %}...{% endset %}`; the filter has no operand.
    case setBlock(Target, filter: Expression?, body: [Statement], frame: Int, at: Int)
    case with([(target: Target, value: Expression)], body: [Statement], frame: Int, at: Int)
    case filterBlock(Expression, body: [Statement], frame: Int, at: Int)
    case macro(MacroDefinition)
    case call(Expression, Arguments, caller: MacroDefinition, at: Int)
    /// transformers' `{% generation %}`: marks what the assistant said.
    case generation(MacroDefinition, at: Int)
    case breakLoop(at: Int)
    case continueLoop(at: Int)
    /// `{% autoescape x %}`: a scope that here escapes nothing, as the environment of chat templates does not.
    case scope(body: [Statement], frame: Int, at: Int)
}

struct Loop: Sendable {
    let target: Target
    let iterable: Expression
    let condition: Expression?
    let isRecursive: Bool
    let body: [Statement]
    let otherwise: [Statement]
    let at: Int
    let frame, conditionFrame, otherwiseFrame: Int
}

/// A macro, or with `name` nil the body of a call block.
final class MacroDefinition: Sendable {
    let name: String?
    let nameOccurrence: Int
    let parameters: [(name: String, occurrence: Int)]
    /// Of the last parameters.
    let defaults: [Expression]
    let body: [Statement]
    let frame: Int
    let at: Int

    init(
        name: String?, nameOccurrence: Int, parameters: [(name: String, occurrence: Int)], defaults: [Expression],
        body: [Statement], frame: Int, at: Int
    ) {
        (self.name, self.nameOccurrence, self.parameters, self.defaults) = (name, nameOccurrence, parameters, defaults)
        (self.body, self.frame, self.at) = (body, frame, at)
    }
}
