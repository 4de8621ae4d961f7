import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryTerminal

/// A model in one line: `SmolLM2.gguf: 135M parameters, mostly Q4_1, 91.7 MB; context 8,192 tokens`.
struct ModelTitle: CustomStringConvertible {
    let description: String

    init(_ source: TextModel, path: String) {
        var counts: [BlockFormat: Int] = [:]
        for parameter in source.model.parameters {
            counts[parameter.blocks.first?.format ?? .float32, default: 0] += parameter.count
        }
        let heaviest = counts.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }
        // Norms are float32 in every model.
        let isPure = counts.filter { $0.key != .float32 }.count < 2
        let format = heaviest.map { (isPure ? "" : "mostly ") + $0.key.rawValue } ?? "no weights"
        let parts =
            ["\(Human.count(source.model.parameterCount)) parameters", format]
            + (Self.byteCount(path).map { [Human.bytes($0)] } ?? [])
        description =
            "\(Path.name(source.name)): \(parts.joined(separator: ", ")); context \(Human.number(source.contextLength, "token"))"
    }

    /// Of the file, or of the weights in a directory.
    private static func byteCount(_ path: String) -> Int? {
        guard let status = FileStatus(path) else { return nil }
        if status.kind == .file {
            return ModelFiles.files(of: path).compactMap { FileStatus($0)?.byteCount }.reduce(0, +)
        }
        guard let names = try? Directory.names(in: path) else { return nil }
        let sizes = names.filter { $0.hasSuffix(".safetensors") }.compactMap {
            FileStatus(Path.join(path, $0))?.byteCount
        }
        return sizes.isEmpty ? nil : sizes.reduce(0, +)
    }
}
