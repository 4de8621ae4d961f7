import OrreryFiles
import Testing

@Suite struct SafetensorsCheckpointTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func shard(_ file: String, _ names: [String]) throws {
        let tensors = names.map { SafetensorsTensor(name: $0, dtype: .uint8, shape: [$0.utf8.count], bytes: Array($0.utf8)) }
        try SafetensorsWriter.write(tensors, metadata: ["format": "pt", file: "yes"], to: scratch(file))
    }

    private func index(_ map: JSONValue) throws {
        let index: JSONValue = ["metadata": ["total_size": 3], "weight_map": map]
        try index.write(to: scratch(SafetensorsIndex.fileName))
    }

    @Test func singleFile() throws {
        try shard("model.safetensors", ["x", "y"])
        let model = try SafetensorsCheckpoint.open(directory: scratch.path)
        #expect(model.ordered.map(\.name) == ["x", "y"])
        #expect(try model.bytes(of: "y").withUnsafeBytes { Array($0) } == Array("y".utf8))
        #expect(model.oddities.isEmpty)
    }

    @Test func shards() throws {
        try shard("m-1.safetensors", ["embed", "stray"])
        try shard("m-2.safetensors", ["head", "embed"])
        try index(["embed": "m-1.safetensors", "head": "m-2.safetensors"])
        let model = try SafetensorsCheckpoint.open(directory: scratch.path)
        #expect(model.ordered.map(\.name) == ["embed", "stray", "head"])
        #expect(model.oddities == ["\(model.path): tensor stray of m-1.safetensors is not listed"])
        #expect(model.metadata.count == 3)
        #expect(try model.bytes(of: "head").withUnsafeBytes { Array($0) } == Array("head".utf8))
        #expect(try model.entry("embed").shape == [5])
        #expect(try model.bytes(of: "stray").count == 5)
        #expect(line { try model.bytes(of: "straw") }.contains(#"has no tensor "straw""#))
    }

    /// transformers reads the names of the files from the index and the names of the tensors from the files.
    @Test func listedElsewhere() throws {
        try shard("m-1.safetensors", ["embed"])
        try shard("m-2.safetensors", ["norm"])
        try index(["embed": "m-2.safetensors", "head": "m-1.safetensors"])
        let model = try SafetensorsCheckpoint.open(directory: scratch.path)
        #expect(try model.bytes(of: "embed").count == 5)
        #expect(model.ordered.map(\.name).sorted() == ["embed", "norm"])
        #expect(model.oddities.map { $0.replacing(model.path, with: "index") } == [
            "index: tensor embed is not in m-2.safetensors: it is in m-1.safetensors", "index: tensor head is not in m-1.safetensors: it is in none of the files",
            "index: tensor norm of m-2.safetensors is not listed",
        ])
        try index(["embed": "m-3.safetensors"])
        #expect(line { try SafetensorsCheckpoint.open(directory: scratch.path) }.contains("m-3.safetensors: cannot open for reading"))
    }

    @Test(arguments: ["../m", "/etc/passwd", "a/b", "", ".", "..", "a\\b", "a\0"])
    func pathsDoNotEscape(file: String) throws {
        try index(["embed": .string(file)])
        let text = line { try SafetensorsCheckpoint.open(directory: scratch.path) }
        #expect(text.contains(#"field "weight_map.embed": expected the name of a file in the same directory"#))
    }

    @Test func badIndex() throws {
        for map in [nil, [1], ["embed": 1]] as [JSONValue] {
            try index(map)
            #expect(line { try SafetensorsCheckpoint.open(directory: scratch.path) }.contains("weight_map"))
        }
    }

    @Test func nothingThere() throws {
        #expect(line { try SafetensorsCheckpoint.open(directory: scratch.path) }.contains("holds neither model.safetensors nor"))
        #expect(line { try SafetensorsCheckpoint.open(directory: scratch("none")) }.contains("is not a directory"))
        try scratch.put("x", at: "pytorch_model.bin")
        #expect(line { try SafetensorsCheckpoint.open(directory: scratch.path) }.contains("holds pytorch_model.bin, a pickle"))
    }
}
