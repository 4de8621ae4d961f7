import OrreryRandom

/// Short programs: most of a few lines, some with forty lines between a variable and its use.
struct ProgramWriter {
    static func document(random: inout SplitMix64) -> DemoDocument {
        DemoDocument(.program, lines: program(random: &random).lines)
    }

    static func program(random: inout SplitMix64) -> Program {
        switch random.next(below: 20) {
        case 0 ..< 5: formula(random: &random)
        case 5 ..< 8: loop(random: &random)
        case 8 ..< 11: list(random: &random)
        case 11: binarySearch(random: &random)
        case 12: RecordProgram.program(fillerLines: 40, random: &random)
        default: RecordProgram.program(fillerLines: random.number(in: 0 ... 6), random: &random)
        }
    }

    /// def add(a, b): a value computed from two others.
    private static func formula(random: inout SplitMix64) -> Program {
        let (name, sign) = random.pick([("add", Operator.plus), ("sub", .minus), ("mul", .times)])
        let result = random.pick(["c", "x", "result", "value"])
        let left = random.number(in: 5 ... 9), right = random.number(in: 1 ... 5)
        return Program(statements: [
            .define(
                name, ["a", "b"],
                [
                    .assign(result, .binary("a", sign, "b")),
                    .giveBack(.name(result)),
                ]),
            .print(.call(name, [.number(left), .number(right)])),
        ])
    }

    /// A total over a range.
    private static func loop(random: inout SplitMix64) -> Program {
        let total = random.pick(["total", "count", "result"])
        let last = random.number(in: 3 ... 5)
        let step: Expression = random.pick([.name("i"), .number(random.number(in: 1 ... 4))])
        return Program(statements: [
            .assign(total, .number(random.number(in: 0 ... 3))),
            .count("i", from: 1, to: last, [.assign(total, .binary(.name(total), .plus, step))]),
            .print(.name(total)),
        ])
    }

    /// A list that is built, then walked through or measured.
    private static func list(random: inout SplitMix64) -> Program {
        let words = random.sample(3, of: Noun.things + Noun.animals).map(\.english)
        let name = random.pick(["words", "things", "items"])
        let build: [Statement] = [
            .assign(name, .list(words.prefix(2).map(Expression.text))),
            .expression(.method(.name(name), "append", [.text(words[2])])),
        ]
        let use: [Statement] = random.pick([
            [.print(.call("len", [.name(name)]))],
            [.print(.element(.name(name), .number(random.next(below: 3))))],
            [.each("word", in: .name(name), [.print("word")])],
        ])
        return Program(statements: build + use)
    }

    /// def binary_search(arr, target):
    private static func binarySearch(random: inout SplitMix64) -> Program {
        var next = 0
        let numbers = (0 ..< 5).map { _ in
            next += random.number(in: 1 ... 3)
            return Expression.number(next)
        }
        return Program(statements: [
            .define(
                "binary_search", ["arr", "target"],
                [
                    .assign("low", 0),
                    .assign("high", .call("len", ["arr"])),
                    .loop(
                        .binary("high", .greater, "low"),
                        [
                            .assign("mid", .binary(.binary("low", .plus, "high"), .quotient, 2)),
                            .branch(
                                .binary("target", .greater, .element("arr", "mid")),
                                then: [.assign("low", .binary("mid", .plus, 1))],
                                otherwise: [.assign("high", "mid")]),
                        ]),
                    .giveBack("low"),
                ]),
            .print(.call("binary_search", [.list(numbers), random.pick(numbers)])),
        ])
    }
}
