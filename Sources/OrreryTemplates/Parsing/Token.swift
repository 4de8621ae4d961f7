struct Token: Equatable {
    enum Kind: Equatable {
        case data(String)
        case name(String)
        case string(String)
        case int(Int)
        case float(Double)
        case symbol(Symbol)
        case blockBegin, blockEnd, variableBegin, variableEnd, end
    }

    /// Operators and brackets.
    enum Symbol: String, CaseIterable {
        case floorDivide = "//", power = "**", equal = "==", notEqual = "!=", greaterOrEqual = ">=", lessOrEqual = "<="
        case add = "+", subtract = "-", divide = "/", multiply = "*", modulo = "%", tilde = "~"
        case leftBracket = "[", rightBracket = "]", leftParenthesis = "(", rightParenthesis = ")", leftBrace = "{",
            rightBrace = "}"
        case greater = ">", less = "<", assign = "=", dot = ".", colon = ":", pipe = "|", comma = ",", semicolon = ";"
    }

    let kind: Kind
    /// Its first byte in the source.
    let at: Int

    /// As messages have it.
    var description: String {
        switch kind {
        case .data: "text"
        case .name(let name): "'\(name)'"
        case .string: "a string"
        case .int, .float: "a number"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        case .blockBegin: "'{%'"
        case .blockEnd: "'%}'"
        case .variableBegin: "'{{'"
        case .variableEnd: "'}}'"
        case .end: "the end of the template"
        }
    }
}
