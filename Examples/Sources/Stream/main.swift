// swift run -c release Stream MODEL PROMPT...
import Orrery

let model = try TextModel.open(CommandLine.arguments[1])
let prompt = CommandLine.arguments.dropFirst(2).joined(separator: " ")

for try await text in model.stream(prompt, maxTokens: 50) {
    print(text, terminator: "")
}
print()
