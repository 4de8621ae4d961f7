extension GoalTable {
    /// Finds each goal's shortest value: lengths fall until none can (Knuth's generalisation of Dijkstra's method, in
    /// rounds). Goals that stay without one have no value.
    func findShortest() {
        var changes = true
        while changes {
            changes = false
            for shape in objects { updateAllowed(shape) }
            for shape in arrays { shape.forget() }
            for goal in goals {
                let length = shortest(goal)
                if length < goal.shortest {
                    goal.shortest = length
                    changes = true
                }
            }
        }
        for shape in arrays { shape.forget() }
    }

    func shortest(ofGoal number: Int) -> Int { goals[number].shortest }

    private func updateAllowed(_ shape: ObjectShape) {
        for label in shape.goals.indices where goals[shape.goals[label]].shortest != Shortest.unreachable {
            shape.allowed.insert(label)
        }
    }

    private func shortest(_ goal: Goal) -> Int {
        var length = goal.shortest
        if !goal.words.isEmpty { length = min(length, goal.words == [.false] ? 5 : 4) }
        if let numbers = goal.numbers { length = min(length, numbers.shortest[0]) }
        if let strings = goal.strings { length = min(length, strings.shortest(from: 0, 0) + 1) }
        for shape in goal.arrays {
            let rest = arrays[shape].rest(arrays[shape].start, shortest(ofGoal:))
            length = min(length, Shortest.sum(rest, rest == 0 ? 2 : 1))
        }
        for shape in goal.objects {
            let rest = objects[shape].rest(objects[shape].start, shortest(ofGoal:))
            length = min(length, Shortest.sum(rest, rest == 0 ? 2 : 1))
        }
        return length
    }

    /// Where several properties must be there that are not named, it must be plain that they can.
    func checkConditions() throws {
        for goal in goals {
            for shape in goal.objects.map({ objects[$0] }) where shape.conditions.count > 1 {
                let isPlain =
                    shape.most == nil && shape.conditions.count <= 16
                    && shape.conditions.allSatisfy { condition in
                        condition.indices.contains { label in
                            guard let met = condition[label], label >= shape.names.count else { return false }
                            return shape.keyCounts[label] >= manyKeys && goals[met].shortest != Shortest.unreachable
                        }
                    }
                guard isPlain else {
                    throw error(
                        goal.literals, ["not", "oneOf", "if"], "denies several keywords about properties at once")
                }
            }
        }
    }
}
