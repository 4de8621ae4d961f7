import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Updates of all experts of a layer in two tensors are those of each expert alone.
@Suite struct AdapterExpertTests {
    private static let rank = 3
    private static let variants = Variant.all.filter { $0.config["num_experts_per_tok"] != nil }

    @Test(arguments: variants) func stackedAndApart(_ variant: Variant) throws {
        let scratch = try Scratch(), model = try variant.make()
        let isInterleaved = variant.config["model_type"] == "gpt_oss"
        _ = try RandomAdapter(model, to: scratch("apart"), seed: 3, rank: Self.rank)
        let config: JSONObject = [
            "rank_pattern": [".*\\.gate_up_proj": JSONValue(2 * Self.rank)], "alpha_pattern": [".*\\.gate_up_proj": 32],
            "target_parameters": ["gate_up_proj", "down_proj"],
        ]
        _ = try RandomAdapter(model, to: scratch("stacked"), seed: 3, rank: Self.rank, config: config) {
            $0 = Self.stacked($0, isInterleaved)
        }
        let ids = someIDs(40, vocabulary: Variant.vocabulary)
        let logits = try ["apart", "stacked"].map { name in
            let adapter = try AdapterFiles.open(scratch(name), for: model)
            return model.logits(Batch(ids).adapted(by: adapter), ForwardContext()).floats
        }
        #expect(relative(logits[1], logits[0]) < 1e-6)
        #expect(relative(logits[0], model.logits(Batch(ids), ForwardContext()).floats) > 1e-2)
    }

    /// As PEFT makes one of the other: ranks of gate and up one after another, and B block by block.
    private static func stacked(
        _ tensors: [(name: String, value: Tensor)], _ isInterleaved: Bool
    ) -> [(name: String, value: Tensor)] {
        let mark = ".experts."
        var rest = tensors.filter { !$0.name.contains(mark) }
        let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.value) })
        let modules = Set(
            tensors.compactMap { t in t.name.range(of: mark).map { t.name[..<$0.lowerBound] + ".experts" } })
        for module in modules.sorted() {
            let experts = (0...).prefix { e in tensors.contains { $0.name.hasPrefix("\(module).\(e).") } }
            func matrices(_ names: [String], _ part: String) -> [Tensor] {
                experts.map { e in names.compactMap { byName["\(module).\(e).\($0).\(part).weight"] }[0] }
            }
            let down = (matrices(["down_proj", "w2"], "lora_A"), matrices(["down_proj", "w2"], "lora_B"))
            let gate = (matrices(["gate_proj", "w1"], "lora_A"), matrices(["gate_proj", "w1"], "lora_B"))
            let up = (matrices(["up_proj", "w3"], "lora_A"), matrices(["up_proj", "w3"], "lora_B"))
            rest.append(("\(module).lora_A.weight", Tensor.joinedRows(down.0)))
            rest.append(("\(module).lora_B.weight", inTurn(down.1)))
            let both = zip(gate.0, up.0).map { Tensor.joinedRows([$0, $1]) }
            rest.append(("\(module).base_layer.lora_A.weight", Tensor.joinedRows(both)))
            rest.append(
                (
                    "\(module).base_layer.lora_B.weight",
                    inTurn(zip(gate.1, up.1).map { diagonal($0, $1, isInterleaved) })
                ))
        }
        return rest
    }

    /// Matrices [out, r] of E experts as [out, r E], a rank's numbers of all experts side by side.
    private static func inTurn(_ matrices: [Tensor]) -> Tensor {
        let (out, r, E) = (matrices[0].rows, matrices[0].width, matrices.count), all = matrices.map(\.floats)
        let values = (0 ..< out * r * E).map { i in all[i % E][i / E] }
        return Tensor(values, shape: [out, r * E])
    }

    /// [gate 0; 0 up], the rows of both one after another or in turn.
    private static func diagonal(_ gate: Tensor, _ up: Tensor, _ isInterleaved: Bool) -> Tensor {
        let (F, r) = (gate.rows, gate.width), halves = [gate.floats, up.floats]
        let rows = (0 ..< 2 * F).flatMap { row in
            let (half, place) = isInterleaved ? (row % 2, row / 2) : (row / F, row % F)
            let own = Array(halves[half][place * r ..< (place + 1) * r]), zeros = [Float](repeating: 0, count: r)
            return half == 0 ? own + zeros : zeros + own
        }
        return Tensor(rows, shape: [2 * F, 2 * r])
    }
}
