extension Unicode.Scalar {
    /// What Python's `str.isspace` and `\s` accept.
    var isPythonSpace: Bool {
        switch value {
        case 9 ... 13, 28 ... 32, 0x85, 0xA0, 0x1680, 0x2000 ... 0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Where Python's `splitlines` cuts, apart from the pair of carriage return and newline.
    var isLineBoundary: Bool {
        switch value {
        case 10 ... 13, 28 ... 30, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}

extension Text {
    /// Which ends of a text an operation concerns.
    enum Ends { case left, right, both }

    /// The code points left after stripping.
    ///
    /// - Parameter set: the code points to strip; nil for white space.
    func stripped(_ ends: Ends, _ set: Text?) -> ArraySlice<UInt8> {
        let characters = characters
        let members = set.map { Set($0.characters.map(Array.init)) }
        func isStripped(_ character: ArraySlice<UInt8>) -> Bool {
            guard let members else { return Text.scalar(character).isPythonSpace }
            return members.contains(Array(character))
        }
        var (first, end) = (0, characters.count)
        if ends != .right { while first < end, isStripped(characters[first]) { first += 1 } }
        if ends != .left { while end > first, isStripped(characters[end - 1]) { end -= 1 } }
        return first < end ? utf8[characters[first].startIndex ..< characters[end - 1].endIndex] : []
    }

    static func scalar(_ character: ArraySlice<UInt8>) -> Unicode.Scalar {
        if character.count == 1, let byte = character.first, byte < 0x80 { return Unicode.Scalar(byte) }
        return String(decoding: character, as: UTF8.self).unicodeScalars.first ?? " "
    }

    /// Pieces between `separator`, which is not empty, cutting at most `limit` times (negative: everywhere).
    func split(_ separator: Text, limit: Int, fromRight: Bool) -> [ArraySlice<UInt8>] {
        var places: [Int] = []
        if fromRight, limit >= 0 {
            var end = utf8.count
            while places.count < limit, let at = ByteSearch.last(separator.utf8, in: utf8, from: 0, to: end) {
                places.insert(at, at: 0)
                end = at
            }
        } else {
            places =
                fromRight
                ? rightmostPlaces(separator)
                : ByteSearch.all(separator.utf8, in: utf8, to: utf8.count, limit: limit < 0 ? .max : limit)
        }
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        for place in places {
            pieces.append(utf8[start ..< place])
            start = place + separator.utf8.count
        }
        return pieces + [utf8[start...]]
    }

    private func rightmostPlaces(_ separator: Text) -> [Int] {
        var (places, end) = ([Int](), utf8.count)
        while let at = ByteSearch.last(separator.utf8, in: utf8, from: 0, to: end) {
            places.append(at)
            end = at
        }
        return places.reversed()
    }

    /// Words between runs of white space; the rest after `limit` cuts stays whole.
    func splitOnSpace(limit: Int, fromRight: Bool) -> [ArraySlice<UInt8>] {
        let characters = characters
        var words: [ArraySlice<UInt8>] = []
        func isSpace(_ index: Int) -> Bool { Text.scalar(characters[index]).isPythonSpace }
        if fromRight {
            var end = characters.count
            while true {
                while end > 0, isSpace(end - 1) { end -= 1 }
                if end == 0 { break }
                var first = limit >= 0 && words.count == limit ? 0 : end
                while first > 0, !isSpace(first - 1) { first -= 1 }
                words.append(utf8[characters[first].startIndex ..< characters[end - 1].endIndex])
                end = first
            }
            return words.reversed()
        }
        var first = 0
        while true {
            while first < characters.count, isSpace(first) { first += 1 }
            if first == characters.count { break }
            var end = limit >= 0 && words.count == limit ? characters.count : first
            while end < characters.count, !isSpace(end) { end += 1 }
            words.append(utf8[characters[first].startIndex ..< characters[end - 1].endIndex])
            first = end
        }
        return words
    }

    /// Lines, without or with what ends them.
    func lines(keepEnds: Bool) -> [ArraySlice<UInt8>] {
        let characters = characters
        var (lines, first, index) = ([ArraySlice<UInt8>](), 0, 0)
        func slice(_ from: Int, _ to: Int) -> ArraySlice<UInt8> {
            from < to ? utf8[characters[from].startIndex ..< characters[to - 1].endIndex] : []
        }
        while index < characters.count {
            guard Text.scalar(characters[index]).isLineBoundary else {
                index += 1
                continue
            }
            let isPair =
                characters[index].first == 13 && index + 1 < characters.count && characters[index + 1].first == 10
            let next = index + (isPair ? 2 : 1)
            lines.append(slice(first, keepEnds ? next : index))
            (first, index) = (next, next)
        }
        return first < characters.count ? lines + [slice(first, characters.count)] : lines
    }
}
