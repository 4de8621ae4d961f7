import ArgumentParser
import Kernels
import OrreryFiles
import OrreryGeneration
import OrreryTerminal

/// Texts to vectors.
struct Embed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turn texts into vectors with a sentence encoder, and compare them.",
        discussion: """
            The directory is one that sentence-transformers writes: modules.json says how the positions' vectors become one and what is done with \
            it; without it they are averaged. What such a directory says of prompts, of lower case, of the longest text and of the similarity \
            holds here too. A GGUF file says how in its metadata, and its vectors have length one, as in llama.cpp. Several texts are shown with \
            the similarity of each pair, by default the cosine.
            """)

    @Argument(help: "An encoder (bert): \(ModelPath.forms)")
    var model: ModelPath

    @OptionGroup var modelOption: ModelOption

    @Argument(help: "Texts; - reads lines from standard input.")
    var texts: [String]

    @Option(
        help:
            "Put the model's prompt of this name before each text, as config_sentence_transformers.json has it. (default: its default_prompt_name)"
    )
    var promptName: String?

    @Option(name: .shortAndLong, help: "Put this before each text. (default: what --prompt-name says)")
    var prompt: String?

    @OptionGroup var compute: ComputeOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try processor.run(compute) {
            let encoder = try SentenceEncoder.open(model.text, warn: ModelWarning.using)
            let type = compute.type(default: .float32)
            let all = texts == ["-"] ? Array(AnyIterator { readLine() }) : texts
            guard !all.isEmpty else { throw ValidationError("standard input: expected at least one line") }
            let prompt = try encoder.modules.prompts.prompt(text: prompt, name: promptName)
            let embeddings = try all.map { text in
                let made = try encoder.embed(text, prompt: prompt, computeType: type)
                let end = encoder.modules.settings.cutsBeginning ? "last" : "first"
                if made.isCut {
                    standardError(
                        "orrery: warning: a text was cut to its \(end) \(Human.number(encoder.maximalTokens, "token"))")
                }
                return made
            }
            if output.json {
                try output.print(json(encoder, all, embeddings, type))
            } else {
                try show(all, embeddings, encoder.modules.similarity)
            }
        }
    }

    private func show(_ texts: [String], _ embeddings: [SentenceEncoder.Embedding], _ similarity: Similarity) throws {
        guard embeddings.count > 1 else {
            try print(embeddings[0].vector.map { String($0) }.joined(separator: " "))
            return
        }
        for (row, text) in texts.enumerated() {
            let near = embeddings.map { similarity($0.vector, embeddings[row].vector) }
            try print(near.map { rounded($0) }.joined(separator: "  ") + "  \(text)")
        }
    }

    private func rounded(_ value: Double) -> String {
        guard abs(value) < 1e12 else { return " \(value)" }  // NaN too
        let thousandths = Int((abs(value) * 1000).rounded())
        let digits = String(thousandths % 1000)
        return (value < 0 ? "-" : " ") + "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count)
            + digits
    }

    private func json(
        _ encoder: SentenceEncoder, _ texts: [String], _ embeddings: [SentenceEncoder.Embedding], _ type: ElementType
    ) -> JSONObject {
        [
            "embeddings": JSONValue(
                zip(texts, embeddings).map {
                    ["text": JSONValue($0), "tokens": JSONValue($1.tokens), "vector": JSONValue($1.vector)]
                }),
            "width": JSONValue(encoder.width),
            "pooling": JSONValue(encoder.modules.pooling.modes.map(\.name).joined(separator: ", ")),
            "normalized": JSONValue(encoder.modules.normalizes),
            "similarity": JSONValue(encoder.modules.similarity.rawValue),
            "dtype": JSONValue(type.name), "activations": JSONValue(Processor.current.activations.rawValue),
        ]
    }
}
