import Kernels
import OrreryTensor

/// Where a model's weights come from: fresh random numbers or a checkpoint. Models ask for each by its Hugging Face
/// name.
package protocol WeightSource: AnyObject {
    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter

    /// Whether there is such a tensor; false for fresh weights.
    func has(_ name: String) -> Bool

    /// `count` tensors of one shape, `prefix`.0.`name` and so on, as one parameter `prefix`.`name` of shape [count] +
    /// shape: a layer's experts.
    func stack(
        _ prefix: String, _ name: String, count: Int, _ shape: [Int], _ initial: InitialValue
    ) throws -> Parameter

    /// How a matrix is stored that the architecture's own checkpoints store as `asked`.
    func layout(_ asked: WeightLayout) -> WeightLayout
}

extension WeightSource {
    package func has(_ name: String) -> Bool { false }

    package func stack(
        _ prefix: String, _ name: String, count: Int, _ shape: [Int], _ initial: InitialValue
    ) throws -> Parameter {
        try parameter("\(prefix).\(name)", [count] + shape, initial)
    }

    package func layout(_ asked: WeightLayout) -> WeightLayout { asked }
}

/// How a weight starts when a model is made from nothing.
package enum InitialValue: Sendable {
    case zeros
    case ones
    case normal(standardDeviation: Float)
}

/// A place in the tree of names, and the list of all parameters made under its root.
package struct WeightScope {
    package let source: any WeightSource
    package let prefix: String
    private let list: ParameterList

    package init(_ source: any WeightSource) {
        self.source = source
        prefix = ""
        list = ParameterList()
    }

    private init(_ parent: WeightScope, _ name: String) {
        source = parent.source
        prefix = parent.prefix.isEmpty ? name : "\(parent.prefix).\(name)"
        list = parent.list
    }

    package subscript(_ name: String) -> WeightScope { WeightScope(self, name) }
    package subscript(_ index: Int) -> WeightScope { WeightScope(self, String(index)) }

    package func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        let full = prefix.isEmpty ? name : "\(prefix).\(name)"
        let made = try source.parameter(full, shape, initial)
        list.parameters.append(made)
        return made
    }

    /// One parameter of the tensors 0, 1, ... of this scope: `name` is what follows their number.
    package func stack(_ name: String, count: Int, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        let made = try source.stack(prefix, name, count: count, shape, initial)
        list.parameters.append(made)
        return made
    }

    /// `count` layers under the names 0, 1, ... It grows as they are made: a configuration may claim any number of
    /// them.
    package func layers<Layer>(_ count: Int, _ make: (WeightScope) throws -> Layer) rethrows -> [Layer] {
        var made: [Layer] = []
        for index in 0 ..< count { made.append(try make(self[index])) }
        return made
    }

    /// The same for layers that differ by their number.
    package func layers<Layer>(_ count: Int, _ make: (WeightScope, Int) throws -> Layer) rethrows -> [Layer] {
        var made: [Layer] = []
        for index in 0 ..< count { made.append(try make(self[index], index)) }
        return made
    }

    /// All parameters made so far, in order.
    package var parameters: [Parameter] { list.parameters }

    private final class ParameterList {
        var parameters: [Parameter] = []
    }
}

/// Fresh weights: each is drawn from a stream that depends on the seed and its name, so that adding one does not change
/// the others.
package final class RandomWeights: WeightSource {
    private let seed: UInt64

    package init(seed: UInt64) { self.seed = seed }

    package func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) -> Parameter {
        let count = shape.reduce(1, *)
        let values: [Float]
        switch initial {
        case .zeros: values = Array(repeating: 0, count: count)
        case .ones: values = Array(repeating: 1, count: count)
        case .normal(let standardDeviation):
            var normal = NormalGenerator(seed: seed, stream: fnv1a(name))
            values = (0 ..< count).map { _ in Float(normal.next()) * standardDeviation }
        }
        return Parameter(name: name, value: Tensor(values, shape: shape))
    }
}

/// FNV-1a (draft-eastlake-fnv): a stable hash, unlike Hasher's.
func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
