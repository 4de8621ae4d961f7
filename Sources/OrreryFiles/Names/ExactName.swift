/// A name out of a file, whose identity is its UTF-8.
///
/// Swift's own strings are equal where Unicode calls them canonically equivalent: "é" and "e" with an accent after it,
/// even ";" and the Greek question mark. To every format of this field those are two names.
package struct ExactName: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (left: ExactName, right: ExactName) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
