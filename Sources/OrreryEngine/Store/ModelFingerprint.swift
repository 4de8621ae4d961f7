import Foundation
import Kernels
import OrreryFiles
import OrreryGeneration

/// A hash of everything besides the tokens that the numbers of a page depend on: the model's files, the types and
/// instructions of the computation, and the program itself.
///
/// Of a large file it takes the size, the time of its last change, and samples of its content.
enum ModelFingerprint {
    private static let sampleBytes = 1 << 12, samples = 256

    /// - Throws: `EngineError` for a model without files, `FileError` where they cannot be read.
    static func of(
        _ model: TextModel, _ configuration: EngineConfiguration, _ processor: Processor, pageBytes: Int
    ) throws -> String {
        guard let path = model.path else {
            throw EngineError.setting("`cacheDirectory`", "given", expected: "nil for a model that has no files")
        }
        var hash = SHA256()
        let cacheType = configuration.cacheType.map(String.init(describing:)) ?? ""
        for setting in [
            "\(configuration.computeType)", cacheType, "\(processor.instructionSet)", "\(processor.activations)",
            "\(pageBytes)",
        ] { hash.add(Array((setting + "\n").utf8)) }
        let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
        for file in try [program] + files(of: path) { try add(file, to: &hash) }
        return hash.hexadecimal
    }

    /// The files that a model's numbers come from.
    private static func files(of path: String) throws -> [String] {
        guard FileStatus(path)?.kind == .directory else { return [path] }
        return try Directory.names(in: path)
            .filter { name in
                name == "config.json" || [".safetensors", ".gguf", ".bin"].contains { name.hasSuffix($0) }
            }
            .map { Path.join(path, $0) }
    }

    private static func add(_ path: String, to hash: inout SHA256) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? file.close() }
        let count = Int(try file.seekToEnd())
        hash.add(Array("\(Path.name(path)) \(count) \(FileTimes(path)?.modified ?? 0)\n".utf8))
        let step = max(sampleBytes, count / samples)
        for offset in stride(from: 0, to: count, by: step) {
            try file.seek(toOffset: UInt64(offset))
            hash.add(Array(try file.read(upToCount: sampleBytes) ?? Data()))
        }
    }
}
