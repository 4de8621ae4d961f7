import OrreryTokenizers

/// The texts of a vocabulary while it is learnt, each once.
struct TokenTexts {
    private(set) var texts: [[UInt8]] = []
    private var ids: [[UInt8]: UInt32] = [:]

    var count: Int { texts.count }

    subscript(id: UInt32) -> [UInt8] { texts[Int(id)] }

    func id(of text: [UInt8]) -> UInt32? { ids[text] }

    /// The id of `text`: the next one if it is new.
    @discardableResult
    mutating func add(_ text: [UInt8]) -> UInt32 {
        if let id = ids[text] { return id }
        let id = UInt32(texts.count)
        texts.append(text)
        ids[text] = id
        return id
    }
}
