import Kernels
import OrreryNN
import OrreryTensor

/// Weights of which only names and shapes are asked: for a model that is looked at and never run.
final class UnreadWeights: WeightSource {
    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        Parameter(name: name, value: Tensor(shape, .float32, storage: Storage(byteCount: 0)))
    }
}
