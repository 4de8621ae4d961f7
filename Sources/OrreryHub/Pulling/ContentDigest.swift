import OrreryFiles

/// The hash of a content while it arrives, next to the one the hub announced.
struct ContentDigest {
    private enum Kind { case sha256(SHA256, String), git(SHA1, String), none }

    private var kind: Kind

    /// - Parameters:
    ///   - sha256: the announced SHA-256 of the content.
    ///   - gitSHA1: the announced name of Git's object, which counts where there is no SHA-256.
    ///   - size: the number of bytes, which is part of Git's object.
    init(sha256: String?, gitSHA1: String?, size: Int?) {
        if let sha256 {
            kind = .sha256(SHA256(), sha256)
        } else if let gitSHA1, let size {
            kind = .git(SHA1(gitBlobOf: size), gitSHA1)
        } else {
            kind = .none
        }
    }

    /// Whether there is something to compare with.
    var isChecking: Bool { if case .none = kind { false } else { true } }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        switch kind {
        case .sha256(var hash, let expected):
            kind = .none  // the one reference, so that adding copies nothing
            hash.add(bytes)
            kind = .sha256(hash, expected)
        case .git(var hash, let expected):
            kind = .none
            hash.add(bytes)
            kind = .git(hash, expected)
        case .none: break
        }
    }

    /// What is wrong; nil where the hashes are equal, or nothing was announced.
    var difference: String? {
        switch kind {
        case .sha256(let hash, let expected): Self.difference("SHA-256", hash.hexadecimal, expected)
        case .git(let hash, let expected): Self.difference("Git's SHA-1", hash.hexadecimal, expected)
        case .none: nil
        }
    }

    private static func difference(_ name: String, _ found: String, _ expected: String) -> String? {
        found == expected ? nil : "\(name) is \(found), expected \(expected)"
    }
}
