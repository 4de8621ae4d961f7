import Foundation
import OrreryGeneration
import OrreryTerminal

// Steps 4 to 6: from the last vector to a token, and round again.
extension ExplanationPage {
    private static let maximumText = 400
    private static let maximumRounds = 20

    var distribution: [String] {
        let candidates = explanation.choice.candidates
        let rest = 1 - candidates.reduce(0) { $0 + $1.modelProbability }
        var items = candidates.map { BarList.Item(label($0), $0.modelProbability) }
        let others = explanation.shape.vocabularySize - candidates.count
        if others > 0 {
            items.append(
                BarList.Item(others == 1 ? "1 other" : "\(Human.count(others)) others", max(0, rest), style: .dim))
        }
        let equal = Human.fixed(exp2(explanation.entropy), decimals: 1)
        return [
            paragraph(
                "The final vector of the last token is compared with each of the \(Human.count(explanation.shape.vocabularySize)) tokens. The scores become "
                    + "probabilities: how plausible each token is as the next one."),
            BarList(items).render(width: min(width, 80), appearance: appearance),
            paragraph(
                "The model has no answer, it has this distribution. Its entropy is \(Human.fixed(explanation.entropy, decimals: 2)) bits: as undecided as between "
                    + "\(equal) equally likely tokens."),
        ]
    }

    var choice: [String] {
        let choice = explanation.choice
        guard let draw = choice.draw else {
            return adjustments(choice) + [
                paragraph(
                    "Temperature 0 is greedy: the highest score wins, and the same prompt always continues in the same way. "
                        + "The choice is \"\(label(choice.chosen))\", which the model gave \(Human.percent(choice.chosen.modelProbability))."
                )
            ]
        }
        return adjustments(choice) + [
            paragraph(temperatureSentence(choice)),
            filters(choice),
            paragraph(
                "What is left is laid end to end from 0 to 1, each token as long as it is probable. The random number for position \(choice.position) under seed "
                    + "\(choice.options.seed) is \(Human.fixed(draw, decimals: 4)), and falls on \"\(label(choice.chosen))\":"
            ),
            DrawLine(choice, width: min(width, 80), appearance: appearance, label: label).render(),
            candidates(choice),
        ]
    }

    /// What was done to scores before the temperature.
    private func adjustments(_ choice: SampleExplanation) -> [String] {
        let parts = choice.stages.compactMap { adjustment($0.filter, choice.options, kept: $0.kept) }
        guard !parts.isEmpty else { return [] }
        let isOfText = !choice.stages.contains { $0.filter == .mask || $0.filter == .logitBias }
        return [
            paragraph(
                "Before anything else, tokens\(isOfText ? " that are there already" : "") get other scores: \(parts.joined(separator: ", "))."
            )
        ]
    }

    private func adjustment(_ step: SamplingFilter, _ options: SamplingOptions, kept: Int) -> String? {
        func number(_ value: Double) -> String { Human.fixed(value, decimals: 2) }
        return switch step {
        case .mask: "a mask that leaves \(Human.count(kept)) tokens"
        case .logitBias: "a bias for \(Human.count(options.logitBias.count)) of them"
        case .repetitionPenalty:
            "repetition penalty \(number(options.repetitionPenalty)) for those of the whole text"
        case .frequencyPenalty:
            "frequency penalty \(number(options.frequencyPenalty)) for each time one was generated"
        case .presencePenalty: "presence penalty \(number(options.presencePenalty)) once it was generated"
        case .dry:
            "DRY penalty \(number(options.dryMultiplier)) x \(number(options.dryBase))^n for one that would continue a repetition"
        default: nil
        }
    }

    private func temperatureSentence(_ choice: SampleExplanation) -> String {
        let used = choice.stages.first { $0.filter == .temperature }?.setting
        let temperature = used ?? choice.options.temperature
        let value = Human.fixed(temperature, decimals: temperature < 0.1 ? 3 : 2)
        let origin = choice.options.dynatempRange > 0 ? " It follows how unsure the model is." : ""
        if temperature == 1 { return "Temperature 1 takes the probabilities as they are." + origin }
        return
            (temperature < 1
            ? "Temperature \(value) divides the scores, which sharpens the distribution: the likely get likelier."
            : "Temperature \(value) divides the scores, which flattens the distribution: the unlikely get a chance.")
            + origin
    }

    /// A sentence where temperature alone applies: it keeps all.
    private func filters(_ choice: SampleExplanation) -> String {
        let stages = choice.stages.filter { !$0.filter.changesLogits }
        guard stages.count > 1 else { return paragraph("No top-k, top-p or min-p: every token can be drawn.") }
        var table = Table([
            .init("filter"), .init("setting", .right), .init("tokens left", .right),
            .init("of the probability", .right),
        ])
        for stage in stages {
            let setting = stage.setting ?? 0
            table.add(
                stage.filter.rawValue.split(separator: "_").joined(separator: "-"),
                stage.filter == .topK ? String(Int(setting)) : Human.fixed(setting, decimals: 2), String(stage.kept),
                Human.percent(stage.keptProbability))
        }
        return table.render(width: width, appearance: appearance)
    }

    private func candidates(_ choice: SampleExplanation) -> String {
        var table = Table([
            .init(""), .init("token", style: .bold), .init("id", .right, style: .dim), .init("model", .right),
            .init("tempered", .right),
            .init("to draw", .right), .init("numbers that draw it"),
        ])
        let isListed = choice.candidates.contains { $0.token == choice.chosen.token }
        for candidate in choice.candidates + (isListed ? [] : [choice.chosen]) {
            let mark = candidate.token == choice.chosen.token ? (appearance.isUnicode ? "▶" : ">") : ""
            let fate =
                candidate.interval.map {
                    "\(Human.fixed($0.lowerBound, decimals: 4)) to \(Human.fixed($0.upperBound, decimals: 4))"
                }
                ?? candidate.removedBy.map { "out by \($0.rawValue.split(separator: "_").joined(separator: "-"))" }
                ?? ""
            table.add(
                mark, TextLayout.truncated(label(candidate), to: 16, ellipsis: appearance.isUnicode ? "…" : "~"),
                String(candidate.token),
                Human.percent(candidate.modelProbability), Human.percent(candidate.temperedProbability),
                Human.percent(candidate.finalProbability), fate)
        }
        return table.render(width: width, appearance: appearance)
    }

    var loop: [String] {
        let rounds = explanation.rounds, shown = rounds.prefix(Self.maximumRounds)
        var table = Table([
            .init("round", .right, style: .dim), .init("computes"), .init("from cache", .right),
            .init("token", style: .bold), .init("share", .right),
            .init("time", .right, style: .dim),
        ])
        for (index, round) in shown.enumerated() {
            let computed =
                round.computed.count == 1
                ? "position \(round.computed.lowerBound)"
                : "positions \(round.computed.lowerBound) to \(round.computed.upperBound - 1)"
            table.add(
                String(index + 1), computed, String(round.reused), short(round.piece), Human.percent(round.probability),
                Human.duration(seconds: round.seconds))
        }
        let end =
            switch explanation.finishReason {
            case .stop: "Here the model itself ended the text."
            case .length where explanation.pieces.count + rounds.count >= explanation.shape.contextLength:
                "Here the context is full, and nothing more fits."
            default: "This repeats until an end-of-text token comes, a limit is reached or the context is full."
            }
        return [
            paragraph(
                "The token is appended, and the longer text goes through the same steps. Earlier tokens never see later ones, so their keys and values stay as they "
                    + "are: they are kept (\(Human.bytes(explanation.cacheBytesPerPosition)) per token here), and each round computes one new position only."
            ),
            table.render(width: width, appearance: appearance),
            shown.count < rounds.count ? note("the first \(shown.count) of \(rounds.count) rounds") : "",
            finalText,
            paragraph(end),
        ]
    }

    private var finalText: String {
        let prompt = explanation.prompt, isCut = prompt.count > Self.maximumText
        let start = isCut ? (appearance.isUnicode ? "…" : "...") + prompt.suffix(Self.maximumText) : prompt
        let text = paragraph(safeForTerminal(start + explanation.completion, appearance), indent: 2, style: .chosen)
        return isCut ? text + "\n\n" + note("the last \(Self.maximumText) characters of the prompt") : text
    }
}
