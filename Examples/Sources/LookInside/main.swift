// What happens between prompt and answer: activations are captured, then changed.
// swift run -c release LookInside MODEL PROMPT...
import Orrery

let model = try TextModel.open(CommandLine.arguments[1])
let prompt = CommandLine.arguments.dropFirst(2).joined(separator: " ")
let tokens = try model.promptTokens(prompt)
let shape = model.model.shape

let answer = try await model.nextTokens(after: prompt, count: 1)[0]
print("After \(tokens.count) tokens the model says \"\(answer.text)\", with probability \(answer.probability).")

// Capture: how long the last token's vector is after each layer.
let residuals = try await model.capture("blocks.*.hook_resid_post", in: prompt)
for layer in 0 ..< shape.layers {
    let last = residuals["blocks.\(layer).hook_resid_post"]![-1].floats
    let length = last.reduce(0) { $0 + $1 * $1 }.squareRoot()
    print("layer \(layer): length of the residual stream \(length)")
}

// Patch: without this head, what would the answer's logit be?
let whole = model(tokens)[-1].floats[Int(answer.token)]
var effects: [(layer: Int, head: Int, change: Float)] = []
for layer in 0 ..< shape.layers {
    for head in 0 ..< shape.heads {
        let hooks = Hooks(model.model.tapPoints)
        try hooks.write("blocks.\(layer).attn.hook_z") { z, _ in
            var values = z.floats  // [tokens, heads, head size]
            let d = shape.headSize
            for token in 0 ..< z.shape[0] {
                let first = (token * shape.heads + head) * d
                for index in first ..< first + d { values[index] = 0 }
            }
            return Tensor(values, shape: z.shape)
        }
        let logit = model(tokens, taps: hooks)[-1].floats[Int(answer.token)]
        effects.append((layer, head, logit - whole))
    }
}
for effect in effects.sorted(by: { abs($0.change) > abs($1.change) }).prefix(5) {
    print("without head \(effect.head) of layer \(effect.layer) its logit changes by \(effect.change)")
}
