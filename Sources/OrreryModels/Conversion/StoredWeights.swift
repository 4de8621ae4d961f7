import Kernels
import OrreryFiles

/// The tensors of a checkpoint of either format, each as a matrix in the format in which it is stored.
struct StoredWeights {
    struct Tensor {
        let name: String
        let shape: [Int]
        /// [product of all dimensions but the last, last dimension].
        let matrix: QuantizedMatrix
    }

    let path: String
    /// In the order of the file.
    let names: [String]
    private let open: (String) throws -> Tensor

    init(_ checkpoint: SafetensorsCheckpoint) {
        path = checkpoint.path
        names = checkpoint.ordered.map(\.name)
        open = { name in
            let entry = try checkpoint.entry(name)
            guard let format = BlockFormat(rawValue: entry.dtype.rawValue) else {
                throw ModelError.type(tensor: name, path: checkpoint.path, found: entry.dtype.rawValue)
            }
            return try Tensor(name, entry.shape, format, checkpoint.bytes(of: name), checkpoint.path)
        }
    }

    init(_ file: GGUFFile) {
        path = file.path
        names = file.ordered.map(\.name)
        open = { name in
            guard let info = file.tensors[name] else { throw ModelError.unusable(file.path, "has no tensor \(name)") }
            guard let format = BlockFormat(rawValue: info.type.name) else {
                throw ModelError.format(tensor: name, path: file.path, found: info.type.name)
            }
            return try Tensor(name, info.shape, format, file.bytes(of: info), file.path)
        }
    }

    func tensor(_ name: String) throws -> Tensor { try open(name) }
}

extension StoredWeights.Tensor {
    fileprivate init(
        _ name: String, _ shape: [Int], _ format: BlockFormat, _ region: MappedRegion, _ path: String
    ) throws {
        let columns = shape.last ?? 1,
            rows = shape.dropLast().reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
        do {
            matrix = try region.withUnsafeBytes {
                try QuantizedMatrix(
                    format: format, rows: rows, columns: columns, bytes: $0, owner: region.file, isMapped: true)
            }
        } catch let error as QuantizedMatrixError { throw ModelError.unusable(path, "tensor \(name): \(error)") }
        (self.name, self.shape) = (name, shape)
    }
}
