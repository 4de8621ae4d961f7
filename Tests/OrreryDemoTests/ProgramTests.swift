import OrreryDemo
import Testing

@Suite struct ProgramTests {
    @Test func programsPrintWhatTheySay() {
        for document in documents(.program) {
            var program = TextProgram(document.text)
            program.run()
            let said = document.text.split(separator: "\n").filter { $0.hasPrefix("# prints ") }.map {
                String($0.dropFirst(9))
            }
            #expect(!said.isEmpty && program.output == said, "\(document.text)")
        }
        #expect(documents(.program).count > 150)
    }

    /// user = repo.find(user_id), forty lines of other logic, return user.name: and none of those lines speaks of the
    /// user.
    @Test func aVariableIsUsedFortyLinesLater() {
        var distances: [Int] = []
        for document in documents(.program) {
            let lines = document.text.split(separator: "\n")
            for (first, line) in lines.enumerated() {
                guard let found = line.firstMatch(of: /^    (\w+) = repo\.find\((\w+)\)$/),
                    let last = lines.firstIndex(where: { $0.hasPrefix("    return \(found.1).") })
                else { continue }
                #expect(!lines[first + 1 ..< last].contains { $0.contains(found.1) })
                distances.append(last - first)
            }
        }
        #expect(distances.count { $0 > 40 } >= 5)
        #expect(distances.count { $0 < 10 } >= 50)
    }

    @Test func theInterpreterKnowsScopeAndReturn() {
        let program = Program(statements: [
            .assign("x", 1),
            .define(
                "f", ["x"],
                [
                    .loop(
                        .binary(100, .greater, "x"),
                        [
                            .branch(
                                .binary("x", .greater, 20), then: [.giveBack("x")],
                                otherwise: [.assign("x", .binary("x", .times, 2))])
                        ])
                ]),
            .print(.call("f", [3])),
            .print("x"),
            .print(.list([.text("a"), 2])),
        ])
        #expect(program.output == ["24", "1", "[\"a\", 2]"])
        #expect(
            Printer.lines(program.statements).prefix(4) == [
                "x = 1", "def f(x):", "    while 100 > x:", "        if x > 20:",
            ])
    }

    @Test func theArticlesFunctionIsThere() {
        #expect(corpusText.contains("def binary_search(arr, target):"))
        #expect(corpusText.contains("user = repo.find(user_id)"))
        #expect(corpusText.contains("return user.name"))
        #expect(corpusText.contains("The server crashed because"))
    }
}
