import OrreryFiles
import Testing

/// FIPS 180-4's examples, and lengths around a block's end.
@Suite struct DigestTests {
    private static let two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
    private static let million = String(repeating: "a", count: 1_000_000)

    @Test(arguments: [
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (two, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        (million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]) func sha256(_ text: String, _ expected: String) {
        var hash = SHA256()
        hash.add(Array(text.utf8))
        #expect(hash.hexadecimal == expected)
    }

    @Test(arguments: [
        ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"), ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (two, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"), (million, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
    ]) func sha1(_ text: String, _ expected: String) {
        var hash = SHA1()
        hash.add(Array(text.utf8))
        #expect(hash.hexadecimal == expected)
    }

    /// As `git hash-object` has it.
    @Test func gitBlob() {
        #expect(SHA1(gitBlobOf: 0).hexadecimal == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391")
        var hash = SHA1(gitBlobOf: 6)
        hash.add(Array("hello\n".utf8))
        #expect(hash.hexadecimal == "ce013625030ba8dba906f756967f9e9ca394464a")
    }

    @Test(arguments: 54 ... 66) func pieces(_ count: Int) {
        let bytes = Array(Self.million.utf8.prefix(count))
        var whole = SHA256(), parts = SHA256(), wholeSHA1 = SHA1(), partsSHA1 = SHA1()
        whole.add(bytes)
        wholeSHA1.add(bytes)
        for byte in bytes {
            parts.add([byte])
            partsSHA1.add([byte])
        }
        #expect(whole.hexadecimal == parts.hexadecimal && wholeSHA1.hexadecimal == partsSHA1.hexadecimal)
    }
}
