internal import CTokenizers

/// Up to 64 bytes of ASCII at the start of a word, as sets of positions: bit i is byte i.
///
/// Words of ASCII are cut without looking at one character after the other. A pattern's rules become a few operations
/// on sets of all positions at once (`WordScanner.wordStarts`), with no branch whose way depends on the text; as in
/// simdjson (Langdale and Lemire, arXiv 1902.08318). Bytes from the first that is not ASCII on belong to no set.
struct ASCIIBlock {
    /// Bytes that must be readable from the start.
    static let size = 64

    let lower, upper, letters, digits, whitespace, newlines, spaces, apostrophes, slashes: UInt64
    /// What is neither letter nor digit nor white space.
    let symbols: UInt64
    /// Positions before the first byte that is not ASCII.
    let valid: UInt64

    /// - Precondition: `size` bytes may be read, the first is ASCII.
    @inline(__always)
    init(_ text: UnsafePointer<UInt8>) {
        let classes = orrery_classify_ascii(text)
        valid = (classes.beyond & (0 &- classes.beyond)) &- 1
        lower = classes.lower & valid
        upper = classes.upper & valid
        letters = lower | upper
        digits = classes.digits & valid
        whitespace = classes.whitespace & valid
        newlines = classes.newlines & valid
        spaces = classes.spaces & valid
        apostrophes = classes.apostrophes & valid
        slashes = classes.slashes & valid
        symbols = valid & ~(letters | digits | whitespace)
    }

    /// The last valid position.
    @inline(__always)
    var end: UInt64 { valid & ~(valid &>> 1) }

    /// Those of `set` whose neighbour before is not in it: where runs start.
    @inline(__always)
    static func starts(_ set: UInt64) -> UInt64 { set & ~(set &<< 1) }

    /// Those of `set` from a position in `starts` to the end of its run. At most one start may lie in a run: adding it
    /// carries through the run and flips it.
    @inline(__always)
    static func runs(of set: UInt64, from starts: UInt64) -> UInt64 { set & ~(set &+ starts) }

    /// Every third position of each run of digits, the first included.
    @inline(__always)
    var startsOfTriples: UInt64 {
        var found = Self.starts(digits)
        var last = found
        let within = digits & digits &<< 1 & digits &<< 2
        while true {
            last = last &<< 3 & within
            if last == 0 { return found }
            found |= last
        }
    }

    /// Where words start in a stretch of white space that ends before something else, by `\s*[\r\n]+|\s+(?!\S)|\s+`: at
    /// its first character, after its last line break, and at its last character, which the next word may take.
    ///
    /// - Parameter rest: `whitespace` without line breaks that symbols have taken.
    @inline(__always)
    func startsOfLines(in rest: UInt64) -> UInt64 {
        let blanks = whitespace & ~newlines
        var starts = Self.starts(blanks)
        // A run of blanks before a line break is no word of its own.
        var before = (blanks &+ starts) & newlines & ~blanks
        while before != 0 {
            let place = before & (0 &- before)
            starts &= ~Self.highest(starts & (place &- 1))
            before &= ~place
        }
        return starts | Self.starts(rest) | lastBlanks
    }

    /// White space other than line breaks before something else.
    @inline(__always)
    var lastBlanks: UInt64 { whitespace & ~newlines & ~(whitespace &>> 1) }

    /// `starts` without those that depend on what follows the block: white space up to its end may go on.
    ///
    /// - Parameter rest: `whitespace` without line breaks that symbols have taken.
    @inline(__always)
    func certain(_ starts: UInt64, whitespace rest: UInt64) -> UInt64 {
        if rest & end == 0 { return starts }
        // The first of the run that reaches the end stays.
        let others = valid & ~rest
        return others == 0 ? starts & 1 : starts & (Self.highest(others) &<< 2 &- 1)
    }

    /// The highest position of a set that is not empty.
    @inline(__always)
    static func highest(_ set: UInt64) -> UInt64 { 1 &<< UInt64(truncatingIfNeeded: 63 &- set.leadingZeroBitCount) }

    /// The length of an English contraction behind the apostrophe at `place`: 1 for s, t, m, d, 2 for ll, ve, re, 0 for
    /// none.
    ///
    /// - Precondition: two more bytes may be read.
    @inline(__always)
    static func contraction(_ text: UnsafePointer<UInt8>, after place: Int, ignoringCase: Bool) -> Int {
        let fold: UInt8 = ignoringCase ? 0x20 : 0
        switch (text[place &+ 1] | fold, text[place &+ 2] | fold) {
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _): return 1
        case (UInt8(ascii: "l"), UInt8(ascii: "l")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "r"), UInt8(ascii: "e")):
            return 2
        default: return 0
        }
    }
}
