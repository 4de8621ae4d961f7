import OrreryFiles
import Testing

@Suite struct SafetensorsCheckpointTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func shard(_ file: String, _ names: [String]) throws {
        let tensors = names.map {
            SafetensorsTensor(name: $0, dtype: .uint8, shape: [$0.utf8.count], bytes: Array($0.utf8))
        }
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
        #expect(
            model.oddities.map { $0.replacing(model.path, with: "index") } == [
                "index: tensor embed is not in m-2.safetensors: it is in m-1.safetensors",
                "index: tensor head is not in m-1.safetensors: it is in none of the files",
                "index: tensor norm of m-2.safetensors is not listed",
            ])
    }

    /// A download that stopped: the index says what is missing.
    @Test func missingShards() throws {
        try shard("m-1.safetensors", ["embed"])
        try index(["embed": "m-1.safetensors", "head": "m-2.safetensors"])
        let path = scratch(SafetensorsIndex.fileName)
        #expect(
            line { try SafetensorsCheckpoint.open(directory: scratch.path) }
                == "\(path): names 2 files, of which 1 is missing: m-2.safetensors; download what is missing")
        try index(["embed": "m-1.safetensors", "head": "m-2.safetensors", "norm": "m-3.safetensors"])
        #expect(
            line { try SafetensorsCheckpoint.open(directory: scratch.path) }.contains(
                "names 3 files, of which 2 are missing: m-2.safetensors and others"))
    }

    /// As in transformers a single file goes before an index; that other files are not read is said.
    @Test func singleFileBesideAnIndex() throws {
        try shard("model.safetensors", ["x"])
        try shard("m-1.safetensors", ["y"])
        try index(["y": "m-1.safetensors"])
        let model = try SafetensorsCheckpoint.open(directory: scratch.path)
        #expect(model.ordered.map(\.name) == ["x"])
        #expect(
            model.oddities == [
                "\(scratch(SafetensorsIndex.fileName)): is not read, nor are m-1.safetensors and the other files it names, for model.safetensors is there too"
            ])
        try index(["x": "model.safetensors"])
        #expect(try SafetensorsCheckpoint.open(directory: scratch.path).oddities.isEmpty)
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
        #expect(
            line { try SafetensorsCheckpoint.open(directory: scratch.path) }.contains(
                "holds neither model.safetensors nor"))
        #expect(line { try SafetensorsCheckpoint.open(directory: scratch("none")) }.contains("is not a directory"))
        try scratch.put("x", at: "pytorch_model.bin")
        #expect(
            line { try SafetensorsCheckpoint.open(directory: scratch.path) }.contains(
                "holds pytorch_model.bin, a pickle"))
    }
}
