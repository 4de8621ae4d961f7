/// The automaton of times of day with a zone (RFC 3339, section 5.6). A 61st second is there only where the minute is the
/// last of a day in UTC, so hour and minute are remembered until the zone.
enum TimeFormat {
    private static let digits = UInt8(ascii: "0") ... UInt8(ascii: "9")

    /// - Parameter date: the automaton of what stands before T, for a date with a time.
    static func automaton(behindDate date: ByteAutomaton?) -> ByteAutomaton {
        var builder = AutomatonBuilder()
        var start: Int32 = 0
        if let date {
            for _ in 0 ..< date.count { _ = builder.addState() }
            start = builder.addState()
            for state in 0 ..< Int32(date.count) {
                for edge in date.edges(of: state) { builder.add(edge.low, edge.high, from: state, to: edge.target) }
                guard date.labels[Int(state)] >= 0 else { continue }
                for mark in "Tt".utf8 { builder.add(mark, mark, from: state, to: start) }
            }
        } else {
            start = builder.addState()
        }
        let end = builder.addState(label: 0)
        let second = builder.addState()
        addSecond(second, zone: plainZone(end, &builder), &builder)
        var rests: [String: Int32] = ["": end]
        for hour in 0 ..< 24 {
            let colon = path(two(hour), from: start, &builder)
            let minutes = path(":", from: colon, &builder)
            for minute in 0 ..< 60 {
                let behind = path(":", from: path(two(minute), from: minutes, &builder), &builder)
                let first = builder.addState()
                builder.add(UInt8(ascii: "0"), UInt8(ascii: "5"), from: behind, to: second)
                builder.add(UInt8(ascii: "6"), UInt8(ascii: "6"), from: behind, to: first)
                let leap = builder.addState()
                builder.add(UInt8(ascii: "0"), UInt8(ascii: "0"), from: first, to: leap)
                addFraction(leap, &builder) { state, builder in
                    addLeapZone(state, hour * 60 + minute, end, &rests, &builder)
                }
            }
        }
        return builder.finished()
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func path(_ text: String, from start: Int32, _ builder: inout AutomatonBuilder) -> Int32 {
        text.utf8.reduce(start) { state, byte in
            if let next = builder.target(state, byte) { return next }
            let next = builder.addState()
            builder.insert(byte, from: state, to: next)
            return next
        }
    }

    /// What is left of a text, in states shared by all with the same rest.
    private static func rest(
        _ text: Substring, _ rests: inout [String: Int32], _ builder: inout AutomatonBuilder
    ) -> Int32 {
        if let known = rests[String(text)] { return known }
        let target = rest(text.dropFirst(), &rests, &builder)
        let state = builder.addState()
        builder.insert(text.utf8.first!, from: state, to: target)
        rests[String(text)] = state
        return state
    }

    /// The two bytes behind which the zone may stand, with digits behind a point between.
    private static func addFraction(
        _ state: Int32, _ builder: inout AutomatonBuilder, zone: (Int32, inout AutomatonBuilder) -> Void
    ) {
        let point = builder.addState(), fraction = builder.addState()
        builder.insert(UInt8(ascii: "."), from: state, to: point)
        for digit in digits {
            builder.insert(digit, from: point, to: fraction)
            builder.insert(digit, from: fraction, to: fraction)
        }
        zone(state, &builder)
        zone(fraction, &builder)
    }

    /// The second digit of a second, and what follows it.
    private static func addSecond(
        _ state: Int32, zone: (Int32, inout AutomatonBuilder) -> Void, _ builder: inout AutomatonBuilder
    ) {
        let complete = builder.addState()
        builder.add(digits.lowerBound, digits.upperBound, from: state, to: complete)
        addFraction(complete, &builder, zone: zone)
    }

    /// Any zone.
    private static func plainZone(
        _ end: Int32, _ builder: inout AutomatonBuilder
    ) -> (Int32, inout AutomatonBuilder) -> Void {
        let states = (0 ..< 6).map { _ in builder.addState() }
        let (zero, nine) = (digits.lowerBound, digits.upperBound)
        builder.add(zero, UInt8(ascii: "1"), from: states[0], to: states[1])
        builder.add(UInt8(ascii: "2"), UInt8(ascii: "2"), from: states[0], to: states[5])
        builder.add(zero, nine, from: states[1], to: states[2])
        builder.add(zero, UInt8(ascii: "3"), from: states[5], to: states[2])
        builder.add(UInt8(ascii: ":"), UInt8(ascii: ":"), from: states[2], to: states[3])
        builder.add(zero, UInt8(ascii: "5"), from: states[3], to: states[4])
        builder.add(zero, nine, from: states[4], to: end)
        return { state, builder in
            for sign in "+-".utf8 { builder.insert(sign, from: state, to: states[0]) }
            for mark in "Zz".utf8 { builder.insert(mark, from: state, to: end) }
        }
    }

    /// The zones in which the minute is 23:59 in UTC.
    private static func addLeapZone(
        _ state: Int32, _ minute: Int, _ end: Int32, _ rests: inout [String: Int32], _ builder: inout AutomatonBuilder
    ) {
        let ahead = (minute + 1) % 1440, behind = 1439 - minute
        for (sign, offset) in [(UInt8(ascii: "+"), ahead), (UInt8(ascii: "-"), behind)] {
            let text = "\(two(offset / 60)):\(two(offset % 60))"
            builder.insert(sign, from: state, to: rest(text[...], &rests, &builder))
        }
        if behind == 0 { for mark in "Zz".utf8 { builder.insert(mark, from: state, to: end) } }
    }
}
