/// The characters that sentencepiece's `nmt` rules drop or read as a space.
///
/// Source: Hugging Face tokenizers, `src/normalizers/unicode.rs`, do_nmt.
enum Nmt {
    static func replacement(_ scalar: UInt32) -> UInt32? {
        switch scalar {
        case 0x01 ... 0x08, 0x0B, 0x0E ... 0x1F, 0x7F, 0x8F, 0x9F: nil
        case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B ... 0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD: 0x20
        default: scalar
        }
    }
}
