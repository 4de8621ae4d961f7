/// How closely JSON text must follow RFC 8259.
package enum JSONDialect: Sendable {
    /// To the letter, and each key of an object once.
    case strict
    /// As Rust's serde_json reads maps, and with it every `tokenizer.json`: to the letter, but of a key that is there
    /// twice the last value counts.
    case serde
    /// As Python's `json` writes and reads it, and with it every `config.json`: NaN, Infinity and -Infinity are
    /// numbers, half a surrogate pair may stand alone, a number too large is infinite, and of a key that is there twice
    /// the last value counts.
    case python
}
