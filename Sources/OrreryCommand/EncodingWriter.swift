import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor

/// Writes what an encoder computes under the names that references made with transformers have: input_ids, hidden.<i>,
/// and mean [B, D] over positions.
///
/// B sequences, T positions, D width, L layers.
struct EncodingWriter {
    let encoder: any TextEncoder
    let sequences: [[Int32]]
    let computeType: ElementType

    var names: [String] { ["input_ids", "mean"] + (0 ... encoder.shape.layers).map { "hidden.\($0)" } }

    func write(to path: String) throws {
        let (B, T, D, L) = (sequences.count, sequences[0].count, encoder.shape.width, encoder.shape.layers)
        var hidden = [[Float]](repeating: [], count: L + 1), mean: [Float] = []
        let stack: TapStack = encoder is any EncoderDecoder ? .encoder : .encoderOnly
        for ids in sequences {
            let recorder = Recorder { $0.point == .residualPre }
            let last = encoder.encode(Batch(ids), ForwardContext(computeType: computeType, taps: recorder)).floats
            for layer in 0 ..< L { hidden[layer] += recorder[.residualPre, layer, in: stack]!.floats }
            hidden[L] += last
            mean += (0 ..< D).map { i in Float((0 ..< T).reduce(0.0) { $0 + Double(last[$1 * D + i]) } / Double(T)) }
        }
        func tensor(_ name: String, _ values: [Float], _ shape: [Int]) -> SafetensorsTensor {
            SafetensorsTensor(name: name, dtype: .float32, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
        }
        let ids = SafetensorsTensor(
            name: "input_ids", dtype: .int32, shape: [B, T],
            bytes: sequences.flatMap { $0.withUnsafeBytes { Array($0) } })
        try SafetensorsWriter.write(
            [ids, tensor("mean", mean, [B, D])] + hidden.enumerated().map { tensor("hidden.\($0)", $1, [B, T, D]) },
            metadata: ["format": "pt"], to: path)
    }
}
