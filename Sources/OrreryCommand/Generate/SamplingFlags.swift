import ArgumentParser
import OrreryFiles
import OrreryGeneration
import OrreryTerminal

/// How the next token is chosen: shared by every command that generates.
struct SamplingFlags: ParsableArguments {
    @Option(
        name: .long,
        help:
            "0 always takes the most probable token; higher flattens the distribution. (default: the model's own, else 0.8)"
    )
    var temperature: Double?

    @Option(name: .long, help: "Choose among the K most probable tokens; 0 for all. (default: the model's own, else 0)")
    var topK: Int?

    @Option(
        name: .long,
        help: "Choose among the fewest tokens whose probabilities reach P. (default: the model's own, else 1: all)")
    var topP: Double?

    @Option(
        name: .long,
        help:
            "Leave out tokens less probable than P times the most probable one. (default: the model's own, else 0: none)"
    )
    var minP: Double?

    @Option(
        name: .long,
        help: """
            Divide the score of every token that is in the text already, the prompt included, by R where it is positive, else multiply it, as transformers does. \
            (default: the model's own, else 1: none)
            """)
    var repetitionPenalty: Double?

    @Option(
        name: .long,
        help:
            "Lower the score of a token by F for each time it was generated, as OpenAI's API does; the prompt does not count. (default: 0: none)"
    )
    var frequencyPenalty: Double?

    @Option(
        name: .long,
        help:
            "Lower the score of a token by P once it was generated, as OpenAI's API does; the prompt does not count. (default: 0: none)"
    )
    var presencePenalty: Double?

    @OptionGroup var row: SamplingRowFlags

    @Option(
        name: .long,
        help: "Seed of the random numbers: the same seed, the same text; -1 draws one. The one used is printed.")
    var seed = Seed.random

    @Flag(name: .long, help: "The same as --temperature 0.")
    var greedy = false

    func validate() throws {
        if greedy, let temperature, temperature != 0 {
            throw ValidationError("--greedy: expected no --temperature with it, found \(temperature)")
        }
        do { try options(suggested: nil).validate() } catch { throw ValidationError("\(error)") }
    }

    /// - Parameter suggested: what the model's publisher wants where the user says nothing.
    func options(suggested: SamplingOptions?) -> SamplingOptions {
        let defaults = suggested ?? .default
        let options = SamplingOptions(
            temperature: greedy ? 0 : temperature ?? defaults.temperature, topK: topK ?? defaults.topK,
            topP: topP ?? defaults.topP,
            minP: minP ?? defaults.minP, repetitionPenalty: repetitionPenalty ?? defaults.repetitionPenalty,
            frequencyPenalty: frequencyPenalty ?? defaults.frequencyPenalty,
            presencePenalty: presencePenalty ?? defaults.presencePenalty, seed: seed.value)
        return row.applied(to: options)
    }
}

extension SamplingFlags {
    /// What the user asks for, by the names that OpenAI's API and llama-server have for it; the seed is apart.
    var requestFields: JSONObject {
        var fields = JSONObject()
        func set(_ name: String, _ value: Double?) { if let value { fields[name] = .double(value) } }
        func set(_ name: String, _ value: Int?) { if let value { fields[name] = JSONValue(value) } }
        set("temperature", greedy ? 0 : temperature)
        set("top_k", topK)
        set("top_p", topP)
        set("min_p", minP)
        set("repeat_penalty", repetitionPenalty)
        set("frequency_penalty", frequencyPenalty)
        set("presence_penalty", presencePenalty)
        for (name, value) in row.requestFields.members { fields[name] = value }
        return fields
    }
}

/// Text that a model made, as it may be written to a terminal: newlines and tabs as they are, every other control as
/// its bytes.
func safeForTerminal(_ text: String, _ appearance: Appearance) -> String {
    guard
        text.unicodeScalars.contains(where: {
            $0.properties.generalCategory == .control || $0.properties.generalCategory == .format
        })
    else { return text }
    return text.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control where scalar != "\n" && scalar != "\t", .format:
            TokenText.visible(String(scalar), isUnicode: appearance.isUnicode)
        default: String(scalar)
        }
    }.joined()
}
