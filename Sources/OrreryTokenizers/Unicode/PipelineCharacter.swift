/// What Hugging Face's normalizers and pre-tokenizers ask about a character, one bit per question.
struct PipelineCharacter: OptionSet, Sendable {
    let rawValue: UInt8

    /// `\w` of Rust's regex.
    static let word = PipelineCharacter(rawValue: 1)
    /// The property White_Space.
    static let whitespace = PipelineCharacter(rawValue: 2)
    /// The general categories Nd, Nl and No.
    static let numeric = PipelineCharacter(rawValue: 4)
    /// ASCII's punctuation and symbols, and the general category P.
    static let punctuation = PipelineCharacter(rawValue: 8)
    /// What BertNormalizer cleans away: the general categories Cc, Cf and Co, a zero, U+FFFD.
    static let control = PipelineCharacter(rawValue: 16)
    /// The general category Mn, as BertNormalizer sees it.
    static let nonspacingMark = PipelineCharacter(rawValue: 32)
    /// The general category M, as StripAccents sees it.
    static let mark = PipelineCharacter(rawValue: 64)

    /// By code point, a byte each; made on first use, never freed.
    nonisolated(unsafe) static let table: UnsafePointer<PipelineCharacter> = {
        let table = UnsafeMutablePointer<PipelineCharacter>.allocate(capacity: 0x110000)
        for (index, run) in runs.enumerated() {
            let end = index + 1 < runs.count ? Int(runs[index + 1] >> 8) : 0x110000
            let start = Int(run >> 8)
            (table + start).initialize(
                repeating: PipelineCharacter(rawValue: UInt8(truncatingIfNeeded: run)), count: end - start)
        }
        return UnsafePointer(table)
    }()

    @inline(__always)
    static func of(_ scalar: UInt32) -> PipelineCharacter { table[Int(scalar)] }

    @inline(__always)
    func intersects(_ other: PipelineCharacter) -> Bool { rawValue & other.rawValue != 0 }
}
