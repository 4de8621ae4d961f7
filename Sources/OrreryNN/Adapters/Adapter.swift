import Kernels
import OrreryTensor
import Synchronization

/// A small change of a model, learnt on top of weights that stay as they are: low-rank products that are added to those
/// of some matrices (LoRA, arXiv:2106.09685).
///
/// A run of a batch names the adapter that its rows have. Runs with different adapters, and with none, share a pass.
public final class Adapter: Sendable {
    /// The name that errors and listings give it.
    public let name: String
    /// Tells it apart from every other adapter of the process, those included that are gone.
    package let number: Int
    /// The model that it changes.
    private let model: any AnyObject & Sendable
    /// What is added to products, by the weight.
    private let products: [ObjectIdentifier: ModuleUpdate]
    /// What is added to embeddings, by the table.
    private let embeddings: [ObjectIdentifier: ModuleUpdate]

    /// - Parameters:
    ///   - model: whose parameters the updates are of.
    ///   - products: what is added to products, each with the weight that it belongs to.
    ///   - embeddings: the same of tables of embeddings, whose `down` has a row per token.
    package init(
        name: String, model: any AnyObject & Sendable, products: [(weight: Parameter, update: ModuleUpdate)],
        embeddings: [(table: Parameter, update: ModuleUpdate)] = []
    ) {
        (self.name, self.model) = (name, model)
        number = Self.made.add(1, ordering: .relaxed).newValue
        self.products = Dictionary(products.map { (ObjectIdentifier($0.weight), $0.update) }) { $1 }
        self.embeddings = Dictionary(embeddings.map { (ObjectIdentifier($0.table), $0.update) }) { $1 }
    }

    private static let made = Atomic(0)

    /// The number of matrices that it changes.
    public var moduleCount: Int { products.count + embeddings.count }

    /// The number of its own weights.
    public var parameterCount: Int {
        products.values.reduce(0) { $0 + $1.parameterCount } + embeddings.values.reduce(0) { $0 + $1.parameterCount }
    }

    /// Whether it was made for this model.
    package func belongs(to model: AnyObject) -> Bool { self.model === model }

    /// What is added to products with a weight.
    package func update(of weight: Parameter) -> ModuleUpdate? { products[ObjectIdentifier(weight)] }

    /// What is added to rows of a table of embeddings.
    package func update(ofTable table: Parameter) -> ModuleUpdate? { embeddings[ObjectIdentifier(table)] }
}

/// What an adapter makes of one matrix of the model.
package struct ModuleUpdate: Sendable {
    /// The matrix that stands in place of the model's, where the adapter brings one.
    package let replacement: Parameter?
    package let lowRank: LowRank?

    package init(replacement: Parameter? = nil, lowRank: LowRank? = nil) {
        (self.replacement, self.lowRank) = (replacement, lowRank)
    }

    var parameterCount: Int { (replacement?.count ?? 0) + (lowRank?.parameterCount ?? 0) }

    /// up(down(x)), added to what the model's matrix makes of x. The adapter's scale is in `up` and `bias`.
    package struct LowRank: Sendable {
        /// [rank, in]; of a table of embeddings [tokens, rank].
        package let down: Parameter
        /// [out, rank]
        package let up: Parameter
        /// [out]
        package let bias: [Float]?

        package init(down: Parameter, up: Parameter, bias: [Float]? = nil) {
            (self.down, self.up, self.bias) = (down, up, bias)
        }

        var parameterCount: Int { down.count + up.count + (bias?.count ?? 0) }
    }
}
