/// An array of a GGUF file: its elements stay in the file until they are asked for.
///
/// A vocabulary of 150,000 strings is checked when the file is opened (each length against the file's end) and costs
/// nothing more until it is read.
package struct GGUFArray: Sendable {
    package let elementType: GGUFValueType
    package let count: Int
    /// The elements as they stand in the file. That they are `count` well-formed ones was checked when this was made.
    let region: MappedRegion

    init(elementType: GGUFValueType, count: Int, region: MappedRegion) {
        (self.elementType, self.count, self.region) = (elementType, count, region)
    }

    /// Calls `body` with the bytes of each string, in order; nothing is copied.
    ///
    /// - Returns: false, without a call, where the elements are no strings.
    package func forEachString(_ body: (_ index: Int, _ utf8: UnsafeRawBufferPointer) throws -> Void) rethrows -> Bool {
        guard elementType == .string else { return false }
        try region.withUnsafeBytes { bytes in
            var position = 0
            for index in 0 ..< count {
                let length = Int(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)))
                position += 8
                try body(index, UnsafeRawBufferPointer(rebasing: bytes[position ..< position + length]))
                position += length
            }
        }
        return true
    }

    /// The bytes of each string: a byte-level token need not be UTF-8. nil where the elements are no strings.
    package func stringBytes() -> [[UInt8]]? {
        var strings: [[UInt8]] = []
        return forEachString { strings.append(Array($1)) } ? strings : nil
    }

    /// The strings. nil where the elements are none, or where one is not UTF-8.
    package func strings() -> [String]? {
        var strings: [String] = []
        var areUTF8 = true
        let areStrings = forEachString { _, utf8 in
            if let string = String(validating: utf8, as: UTF8.self) { strings.append(string) } else { areUTF8 = false }
        }
        return areStrings && areUTF8 ? strings : nil
    }

    /// The elements of a one-byte type, as they are. nil where they are larger.
    package func bytes() -> [UInt8]? { elementType.byteCount == 1 ? region.withUnsafeBytes { Array($0) } : nil }

    /// The elements of any integer type. nil where they are of another, or where one does not fit an `Int`.
    package func ints() -> [Int]? {
        switch elementType {
        case .uint8: integers(UInt8.self)
        case .int8: integers(Int8.self)
        case .uint16: integers(UInt16.self)
        case .int16: integers(Int16.self)
        case .uint32: integers(UInt32.self)
        case .int32: integers(Int32.self)
        case .uint64: integers(UInt64.self)
        case .int64: integers(Int64.self)
        default: nil
        }
    }

    /// The elements of type float32. nil where they are of another.
    package func floats() -> [Float]? {
        guard elementType == .float32 else { return nil }
        return region.withUnsafeBytes { bytes in
            (0 ..< count).map {
                Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }

    /// Every element as a value: for printing, and for arrays of arrays.
    package func values() throws -> [GGUFValue] {
        try region.withUnsafeBytes { bytes in
            var reader = GGUFReader(bytes, of: region.file, base: region.offset)
            return try (0 ..< count).map { _ in try reader.value(elementType, "an element") }
        }
    }

    private func integers<Element: FixedWidthInteger>(_: Element.Type) -> [Int]? {
        region.withUnsafeBytes { bytes in
            var values: [Int] = []
            values.reserveCapacity(count)
            for index in 0 ..< count {
                let element = bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Element>.size, as: Element.self)
                guard let value = Int(exactly: Element(littleEndian: element)) else { return nil }
                values.append(value)
            }
            return values
        }
    }
}
