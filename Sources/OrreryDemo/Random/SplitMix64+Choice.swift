import OrreryRandom

extension SplitMix64 {
    /// An integer in `0..<bound`, by the high half of a product (Lemire, arXiv:1805.10941). His rejection step is left
    /// out: at bounds of a few hundred the bias is below 2^-55.
    package mutating func next(below bound: Int) -> Int {
        precondition(bound > 0, "next(below:): bound \(bound) is not positive")
        return Int(UInt64(bound).multipliedFullWidth(by: next()).high)
    }

    package mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + next(below: range.count)
    }

    /// True `hits` times out of `total`.
    package mutating func chance(_ hits: Int, outOf total: Int) -> Bool {
        next(below: total) < hits
    }

    package mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[next(below: choices.count)]
    }

    /// One of the choices, each as likely as its weight.
    package mutating func pick<Element>(weighted choices: [(Element, weight: Int)]) -> Element {
        var remaining = next(below: choices.reduce(0) { $0 + $1.weight })
        for (choice, weight) in choices {
            if remaining < weight { return choice }
            remaining -= weight
        }
        preconditionFailure("pick(weighted:): the weights do not add up")
    }

    /// Fisher and Yates.
    package mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var elements = elements
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, next(below: last + 1))
        }
        return elements
    }

    /// `count` different elements (fewer where there are fewer), in random order.
    package mutating func sample<Element>(_ count: Int, of elements: [Element]) -> [Element] {
        Array(shuffled(elements).prefix(count))
    }
}
