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
            The directory is one that sentence-transformers writes: modules.json says how the positions' vectors become one and whether it is \
            brought to length one; without it they are averaged. A GGUF file says how in its metadata, and its vectors have length one, as in \
            llama.cpp. Several texts are shown with the cosine of each pair.
            """)

    @Argument(help: "Model directory or GGUF file of an encoder (bert).")
    var model: String

    @OptionGroup var modelOption: ModelOption

    @Argument(help: "Texts; - reads lines from standard input.")
    var texts: [String]

    @OptionGroup var compute: ComputeOptions
    @OptionGroup var processor: ProcessorOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try processor.run(compute) {
            let encoder = try SentenceEncoder.open(model) { standardError("orrery: warning: \($0)") }
            let type = compute.type(standard: .float32)
            let all = texts == ["-"] ? Array(AnyIterator { readLine() }) : texts
            guard !all.isEmpty else { throw ValidationError("standard input: expected at least one line") }
            let embeddings = try all.map { text in
                let made = try encoder.embed(text, computeType: type)
                if made.isCut { standardError("orrery: warning: a text was cut to its first \(Human.number(encoder.maximalTokens, "token"))") }
                return made
            }
            if output.json { try output.print(json(encoder, all, embeddings, type)) } else { try show(all, embeddings) }
        }
    }

    private func show(_ texts: [String], _ embeddings: [SentenceEncoder.Embedding]) throws {
        guard embeddings.count > 1 else {
            try print(embeddings[0].vector.map { String($0) }.joined(separator: " "))
            return
        }
        for (row, text) in texts.enumerated() {
            let cosines = embeddings.map { cosine($0.vector, embeddings[row].vector) }
            try print(cosines.map { rounded($0) }.joined(separator: "  ") + "  \(text)")
        }
    }

    private func rounded(_ value: Double) -> String {
        let thousandths = Int((abs(value) * 1000).rounded())
        let digits = String(thousandths % 1000)
        return (value < 0 ? "-" : " ") + "\(thousandths / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }

    private func cosine(_ x: [Float], _ y: [Float]) -> Double {
        func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        return dot(x, y) / max(1e-12, (dot(x, x) * dot(y, y)).squareRoot())
    }

    private func json(
        _ encoder: SentenceEncoder, _ texts: [String], _ embeddings: [SentenceEncoder.Embedding], _ type: ElementType
    ) -> JSONObject {
        [
            "embeddings": JSONValue(zip(texts, embeddings).map { ["text": JSONValue($0), "tokens": JSONValue($1.tokens), "vector": JSONValue($1.vector)] }),
            "width": JSONValue(encoder.encoder.shape.width), "pooling": JSONValue(encoder.pooling.rawValue), "normalized": JSONValue(encoder.normalizes),
            "dtype": JSONValue(type.name), "activations": JSONValue(Processor.current.activations.rawValue),
        ]
    }
}
