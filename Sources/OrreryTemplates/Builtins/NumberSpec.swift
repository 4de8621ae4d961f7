/// How one value is laid out: the flags, width and precision that `%` and `format` share.
struct NumberSpec {
    var fill: [UInt8] = [UInt8(ascii: " ")]
    /// `<`, `>`, `^` or `=`; nil for the type's own.
    var alignment: Character?
    /// `+`, space or `-`.
    var sign: Character = "-"
    var isAlternate = false
    var width = 0
    /// `,` or `_` between groups of digits.
    var grouping: Character?
    var precision: Int?

    /// Digits with their sign and prefix, padded to the width.
    func number(_ digits: String, isNegative: Bool, prefix: String = "", _ meter: Meter) throws -> [UInt8] {
        let mark = isNegative ? "-" : sign == "-" ? "" : String(sign)
        var body = digits
        if let grouping { body = grouped(digits, grouping) }
        if alignment == "=" {
            let room = width - mark.count - prefix.count - body.count
            try meter.allow(max(0, width))
            if fill == [UInt8(ascii: "0")], let grouping, room > 0 {
                // Zeros that pad are grouped as well.
                var padded = digits
                while grouped(padded, grouping).count < width - mark.count - prefix.count { padded = "0" + padded }
                return Array((mark + prefix + grouped(padded, grouping)).utf8)
            }
            return Array((mark + prefix).utf8) + Array(repeatElement(fill, count: max(0, room)).joined())
                + Array(body.utf8)
        }
        return try padded(Array((mark + prefix + body).utf8), defaultAlignment: ">", meter)
    }

    /// Text padded to the width.
    func padded(_ bytes: [UInt8], defaultAlignment: Character, _ meter: Meter) throws -> [UInt8] {
        let room = width - bytes.count { $0 & 0xC0 != 0x80 }
        guard room > 0 else { return bytes }
        try meter.allow(bytes.count + min(room, 1 << 40) * fill.count)
        let side = alignment ?? defaultAlignment
        let left = side == "<" ? 0 : side == "^" ? room / 2 : room
        return Array(repeatElement(fill, count: left).joined()) + bytes
            + Array(repeatElement(fill, count: room - left).joined())
    }

    private func grouped(_ digits: String, _ separator: Character) -> String {
        let whole = digits.prefix { $0.isNumber }
        var result = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { result.append(separator) }
            result.append(digit)
        }
        return result + digits.dropFirst(whole.count)
    }
}
