// swift run -c release ManyAtOnce MODEL PROMPT...      each argument is a prompt of its own
import Orrery

let model = try TextModel.open(CommandLine.arguments[1])
let engine = try Engine(model)

try await withThrowingTaskGroup { group in
    for prompt in CommandLine.arguments.dropFirst(2) {
        group.addTask {
            var text = prompt, taken = EngineUsage()
            for try await event in engine.generate(EngineRequest(try model.options(for: prompt, maxTokens: 20))) {
                switch event {
                case .token(_, let step, _): text += step.text
                case .completed(let usage): taken = usage
                default: break
                }
            }
            print("\(text)  (\(taken.completionTokens) tokens, \(taken.cachedTokens) of the prompt known)")
        }
    }
    try await group.waitForAll()
}
