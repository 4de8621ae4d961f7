extension SentencePieceModel {
    /// What sentencepiece refuses as the text of a piece.
    private static let lengthLimit = 8000

    /// The ids of pieces that texts are cut into, those that may not be found in texts, and the one for what is no
    /// piece.
    struct Roles {
        /// Normal, user-defined and unused pieces.
        var ordinary: [Int] = []
        /// Unknown, control and byte pieces.
        var reserved: [Int] = []
        var userDefined: [Int] = []
        var unknown: TokenID?
        /// The piece of each byte, where the model has them.
        var bytes: [TokenID]?
    }

    /// Sorts the pieces and checks them as sentencepiece does when it loads a model.
    ///
    /// - Throws: `TokenizerError` that names the piece.
    func roles() throws -> Roles {
        var roles = Roles()
        var bytes = [TokenID](repeating: -1, count: 256)
        for (id, type) in types.enumerated() {
            if isIgnored(id) { continue }
            try check(id)
            switch type {
            case .normal, .unused: roles.ordinary.append(id)
            case .userDefined:
                roles.ordinary.append(id)
                roles.userDefined.append(id)
            case .control: roles.reserved.append(id)
            case .unknown:
                if let first = roles.unknown {
                    throw wrong(id, "is a second unknown piece, after id \(first); expected one")
                }
                roles.unknown = TokenID(id)
                roles.reserved.append(id)
            case .byte:
                guard hasByteFallback, let byte = BytePiece.byte(of: pieces[id]) else {
                    throw wrong(
                        id,
                        hasByteFallback
                            ? "is a byte piece; expected <0x00> to <0xFF>"
                            : "is a byte piece, and byte_fallback is false")
                }
                bytes[Int(byte)] = TokenID(id)
                roles.reserved.append(id)
            }
        }
        if hasByteFallback {
            if let byte = bytes.firstIndex(of: -1) {
                throw TokenizerError.invalid(
                    "has no piece \(BytePiece.text(of: UInt8(byte))) although byte_fallback is true; expected all 256")
            }
            roles.bytes = bytes
        } else if roles.unknown == nil {
            throw TokenizerError.invalid("has no unknown piece; expected one, for byte_fallback is false")
        }
        return roles
    }

    /// What is odd and read all the same.
    var warnings: [String] {
        guard kind == .bpe, let id = scores.indices.first(where: { !scores[$0].isFinite && types[$0] != .control })
        else { return [] }
        return [
            "piece \(id) (\(TokenizerError.quoted(pieces.text(of: id)))) has the score \(scores[id]), which orders merges as the least or greatest"
        ]
    }

    /// A zero byte that converters put in, which sentencepiece leaves out (its issue 1308).
    private func isIgnored(_ id: Int) -> Bool {
        pieces[id].elementsEqual([0]) && (types[id] == .unused || hasByteFallback)
    }

    private func check(_ id: Int) throws {
        let piece = pieces[id]
        guard !piece.isEmpty, piece.count < Self.lengthLimit, !piece.contains(0) else {
            throw wrong(
                id,
                "has \(piece.count) bytes\(piece.contains(0) ? ", one of them zero" : ""); expected 1 to \(Self.lengthLimit - 1), none zero"
            )
        }
        // The others do not add scores up.
        guard kind != .unigram || scores[id].isFinite else {
            throw wrong(id, "has the score \(scores[id]); expected a finite one")
        }
    }

    /// An index of the pieces with these ids.
    func index(of ids: [Int]) throws -> PieceIndex {
        do {
            return try PieceIndex(pieces, ids: ids)
        } catch let duplicate as PieceIndex.Duplicate {
            throw wrong(duplicate.second, "is also piece \(duplicate.first); expected each once")
        }
    }

    private func wrong(_ id: Int, _ problem: String) -> TokenizerError {
        .invalid("piece \(id) (\(TokenizerError.quoted(pieces.text(of: id)))) \(problem)")
    }
}
