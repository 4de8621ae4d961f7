// swift run -c release Train TEXTFILE MODELDIR [STEPS]
import Orrery

let (file, directory) = (CommandLine.arguments[1], CommandLine.arguments[2])

var plan = TrainingPlan(model: ModelPlan(architecture: .qwen3, layers: 4, width: 128, heads: 4))
plan.data = DataSources(file)
plan.steps = CommandLine.arguments.count > 3 ? Int(CommandLine.arguments[3])! : 200

for try await progress in Training(plan, into: directory, replacing: true) {
    if progress.step % 10 == 0 || progress.step == progress.steps {
        print("step \(progress.step) of \(progress.steps): loss \(progress.loss)")
    }
}

let model = try TextModel.open(directory)
print(try await model.stream("The ", maxTokens: 100).collect())
