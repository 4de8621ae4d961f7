extension UnsafeBufferPointer<UInt8> {
    /// The number of bytes before the first that is not well-formed UTF-8; all of them if there is none.
    package var wellFormedPrefixCount: Int {
        var position = 0
        while position < count {
            let rest = count - position
            // Eight bytes of ASCII at a time.
            if rest >= 8,
                UnsafeRawPointer(baseAddress! + position).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                position += 8
            } else if case .scalar(_, let length) = UTF8Step(self, at: position) {
                position += length
            } else {
                return position
            }
        }
        return count
    }
}
