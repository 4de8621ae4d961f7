extension PreTokenizedString {
    /// Pieces of `length` characters, the last of a piece with what is left.
    mutating func split(every length: Int) {
        split(.isolated) { (piece: UnsafeBufferPointer<UInt8>, emit: (Int, Int, Bool) -> Void) in
            var (start, position, count) = (0, 0, 0)
            while position < piece.count {
                position += lengthOfCharacter(startingWith: piece[position])
                count += 1
                if count == length {
                    emit(start, position, false)
                    (start, count) = (position, 0)
                }
            }
            if start < position { emit(start, position, false) }
        }
    }

    /// Runs of word characters, and of what is neither that nor white space.
    mutating func splitWords() {
        split(.isolated) { (piece: UnsafeBufferPointer<UInt8>, emit: (Int, Int, Bool) -> Void) in
            var (start, position) = (0, 0)
            var current: PipelineCharacter = .whitespace
            while position < piece.count {
                let (scalar, length) = decodeScalar(piece, at: position)
                let kind = PipelineCharacter.of(scalar).intersection([.word, .whitespace])
                if kind != current {
                    if current != .whitespace { emit(start, position, false) }
                    (start, current) = (position, kind)
                }
                position += length
            }
            if current != .whitespace { emit(start, position, false) }
        }
    }

    /// Cuts where a script follows another. Characters without a script go with those before them; at the start of a
    /// piece they are lost, as in tokenizers.
    mutating func splitAtScripts() {
        let han = UnicodeScripts.table[0x4E00]
        let kana: (UInt8, UInt8) = (UnicodeScripts.table[0x3042], UnicodeScripts.table[0x30A2])
        split(.isolated) { (piece: UnsafeBufferPointer<UInt8>, emit: (Int, Int, Bool) -> Void) in
            var position = 0
            var start: Int?
            var last: UInt8?
            while position < piece.count {
                let (scalar, length) = decodeScalar(piece, at: position)
                var script = UnicodeScripts.table[Int(scalar)]
                if scalar == 0x30FC || script == kana.0 || script == kana.1 { script = han }
                if script != UnicodeScripts.any {
                    if last != script {
                        if let start { emit(start, position, false) }
                        start = position
                    }
                    last = script
                }
                position += length
            }
            if let start { emit(start, position, false) }
        }
    }
}
