extension GGUFArray {
    package init(strings: [String]) { self.init(stringBytes: strings.map { Array($0.utf8) }) }

    /// Strings that need not be UTF-8.
    package init(stringBytes strings: [[UInt8]]) {
        var bytes: [UInt8] = []
        for string in strings { GGUFEncoding.append(string, to: &bytes) }
        self.init(.string, count: strings.count, bytes)
    }

    package init(bytes: [UInt8]) { self.init(.uint8, count: bytes.count, bytes) }

    package init(_ values: [Int32]) {
        self.init(.int32, count: values.count, values.flatMap { GGUFEncoding.bytes(of: $0) })
    }

    package init(_ values: [Float]) {
        self.init(.float32, count: values.count, values.flatMap { GGUFEncoding.bytes(of: $0.bitPattern) })
    }

    /// Arrays in an array.
    package init(_ arrays: [GGUFArray]) {
        var bytes: [UInt8] = []
        for array in arrays { GGUFEncoding.append(.array(array), to: &bytes) }
        self.init(.array, count: arrays.count, bytes)
    }

    private init(_ elementType: GGUFValueType, count: Int, _ bytes: [UInt8]) {
        let file = MappedFile(path: "an array", copying: bytes)
        self.init(elementType: elementType, count: count, region: file.whole)
    }
}
