import Kernels
import OrreryFiles
import OrreryNN
import OrreryTensor

/// The weights of a GGUF file that is not written yet: names and shapes, no numbers.
final class PlannedWeights: WeightSource {
    private let file: GGUFFile
    private let names: GGUFNames

    init(_ file: GGUFFile, _ architecture: GGUFArchitecture) { (self.file, names) = (file, GGUFNames(architecture)) }

    func layout(_ asked: WeightLayout) -> WeightLayout { .outputByInput }

    func has(_ name: String) -> Bool { tensor(name) != nil }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        guard let (info, part) = tensor(name) else {
            throw ModelError.unusable(file.path, "the model that llama.cpp would make of it needs \(name)")
        }
        let found = part == nil ? info.shape : Array(info.shape.dropFirst())
        guard found == shape else {
            throw ModelError.shape(tensor: info.name, path: file.path, expected: shape, found: found)
        }
        return Parameter(name: name, value: Tensor(shape, .float32, storage: Storage(byteCount: 0)))
    }

    private func tensor(_ name: String) -> (GGUFTensorInfo, part: Int?)? {
        guard let place = names.place(of: name)?.place, let info = file.tensors[place.name] else { return nil }
        return (info, place.part)
    }
}
