/// What a file is that is not of the expected format, as far as its first bytes tell: what people have where a download
/// or a conversion went wrong.
struct ForeignFile {
    /// In the words of an error: "found ...".
    let found: String
    let advice: String

    /// nil where nothing is known of such a beginning.
    init?(_ bytes: UnsafeRawBufferPointer) {
        func begins(_ text: StaticString) -> Bool { text.withUTF8Buffer { bytes.starts(with: $0) } }
        let word = String(
            decoding: bytes.prefix(64).drop { $0 == 0x20 || (0x09 ... 0x0D).contains($0) }.prefix(9), as: UTF8.self
        ).lowercased()
        switch true {
        case begins("version https://git-lfs"): (found, advice) = ("a Git LFS pointer", "run: git lfs pull")
        case word.hasPrefix("<!doctype"), word.hasPrefix("<html"):
            (found, advice) = (
                "a web page",
                "download the file itself (on Hugging Face the link with /resolve/, not /blob/), which may need a login"
            )
        case begins("PK\u{3}\u{4}"): (found, advice) = ("a ZIP archive, as PyTorch writes", Self.pickleAdvice)
        // The first two bytes of a pickle: its mark and a protocol from 2 to 5.
        case bytes.count >= 2 && bytes[0] == 0x80 && (2 ... 5).contains(bytes[1]):
            (found, advice) = ("a pickle of Python", Self.pickleAdvice)
        // The four-letter codes are numbers, so that their bytes are reversed.
        case begins("tjgg"), begins("fmgg"), begins("lmgg"), begins("algg"):
            (found, advice) = (
                "a GGML file, the format before GGUF",
                "download the model as GGUF, or convert it with the tools of its time"
            )
        case begins("GGUF"): (found, advice) = ("a GGUF file", "open it by its own path")
        case begins("FUGG"): (found, advice) = ("a big-endian GGUF file", "convert it with gguf_convert_endian.py")
        case begins("{"):
            (found, advice) = ("a text that begins like JSON", "name the file of the weights, or the directory")
        default: return nil
        }
    }

    /// The same, and any other text besides, for a format whose own beginning may be nearly anything.
    init?(orText bytes: UnsafeRawBufferPointer) {
        if let known = ForeignFile(bytes) { self = known; return }
        let start = bytes.prefix(64)
        // The last character may be cut.
        let isUTF8 = (0 ... 3).contains {
            start.count > $0 && String(validating: start.dropLast($0), as: UTF8.self) != nil
        }
        guard isUTF8, start.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x09 ... 0x0D).contains($0) }) else { return nil }
        (found, advice) = ("text", "name a GGUF file, a safetensors file or a model directory")
    }

    private static let pickleAdvice =
        "save it as safetensors with transformers' save_pretrained, for a pickle can run code of its own"
}
