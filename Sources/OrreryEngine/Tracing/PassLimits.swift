import Kernels
import OrreryGeneration
import OrreryModels

/// What the parts of a pass take at least on this machine (the roofline of doi:10.1145/1498765.1498785): bytes over
/// bandwidth, or operations over arithmetic, whichever is longer.
struct PassLimits {
    let machine: MachineLimits
    private let cost: ModelCost

    enum Part {
        case embedding
        case layer(Int)
        /// The output layer, which is computed of some rows alone.
        case output(rows: Int)
    }

    /// Measures the machine, which takes a tenth of a second.
    init(_ model: TextModel, _ configuration: EngineConfiguration, cacheType: CacheType, _ processor: Processor) {
        cost = ModelCost(model.model, type: configuration.computeType, cacheType: cacheType)
        machine = MachineLimits(
            bandwidth: processor.measuredReadBandwidth(seconds: 0.03),
            peak: model.model.measuredPeak(configuration.computeType, processor, seconds: 0.02))
    }

    func cost(
        _ part: Part, rows: Int, positions: Int
    ) -> (bytes: Int, operations: Double, leastSeconds: Double) {
        let (bytes, operations): (Int, Double)
        switch part {
        case .embedding: (bytes, operations) = (cost.embeddingRowBytes * rows, 0)
        case .layer(let layer):
            let weights = cost.layers[layer]
            bytes = Int(weights.bytes) + cost.keyValueBytes(layer: layer, positions: positions)
            operations = weights.operations * Double(rows)
        case .output(let rows): (bytes, operations) = (Int(cost.output.bytes), cost.output.operations * Double(rows))
        }
        return (bytes, operations, max(Double(bytes) / machine.bandwidth, operations / machine.peak) / 1e9)
    }
}
